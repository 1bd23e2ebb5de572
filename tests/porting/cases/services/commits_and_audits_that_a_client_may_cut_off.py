from flask import Flask, g
from sqlalchemy.ext.asyncio import async_sessionmaker

app = Flask(__name__)
sessions = async_sessionmaker()


async def save(session):
    await session.commit()


@app.after_request
async def commits(response):  # expect: app needs lifecycle
    await g.session.commit()
    return response


@app.after_request
async def commits_in_a_helper(response):  # expect: app needs lifecycle
    await save(sessions())
    return response


@app.after_request
async def audits(response):  # expect: app needs lifecycle
    await g.audit_log.write(response.status_code)
    return response


@app.after_request
async def transacts(response):  # expect: app needs lifecycle
    async with sessions.begin():
        response.headers["X"] = "1"
    return response


@app.after_request
async def only_reads(response):  # expect: app needs nothing
    response.headers["X"] = str(await g.session.scalar("select 1"))
    return response
