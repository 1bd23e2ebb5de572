import click
import flask
@click.pass_context
def main(ctx):
    ctx.call_on_close(lambda: print("x"))
@click.command()
@click.pass_context
def two(ctx: click.Context):
    @ctx.call_on_close
    def done():
        print("x")
