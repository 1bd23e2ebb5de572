"""Which calls outside the tree wait: on the network, a database, a file, a lock, a process.

A path is what was called, with `()` for each call on the way: `sqlite3.connect().cursor().execute`.
What is in no table is taken not to wait, unless its name says so beyond doubt.
"""

from __future__ import annotations

import re
import sys

__all__ = ["COVERED", "STANDARD", "blocks", "blocks_by_name", "is_lock", "lock_kind"]

STANDARD = frozenset(sys.stdlib_module_names) | {"builtins"}

_FILE_FUNCTIONS = """access chmod chown chroot copy_file_range fdatasync fsync ftruncate lchown link
    listdir lstat makedirs mkdir mkfifo mknod pread pwrite read readlink readv remove removedirs
    rename renames replace rmdir scandir sendfile stat statvfs symlink sync truncate unlink utime
    walk write writev""".split()
_PATH_FUNCTIONS = """exists getatime getctime getmtime getsize isdir isfile islink ismount lexists
    realpath samefile""".split()
_PATH_METHODS = """absolute chmod exists expanduser glob group hardlink_to is_block_device is_dir
    is_fifo is_file is_mount is_socket is_symlink iterdir lchmod lstat mkdir open owner read_bytes
    read_text readlink rename replace rglob rmdir samefile stat symlink_to touch unlink walk
    write_bytes write_text copy move""".split()
_STREAM_METHODS = """close flush read read1 readall readinto readline readlines seek sendall
    truncate     write writelines writerow writerows __enter__ __exit__""".split()
_PROCESS = """run call check_call check_output getoutput getstatusoutput Popen""".split()
_HTTP = "delete get head options patch post put request send stream trace".split()
_SOCKET = """accept close connect connect_ex recv recv_into recvfrom recvmsg send sendall sendfile
    sendmsg sendto shutdown""".split()


def _any(*names: str) -> str:
    return "(?:" + "|".join(map(re.escape, names)) + ")"


# By the top module: patterns of the whole path, and what is waited for.
_PATTERNS: dict[str, list[tuple[str, str]]] = {
    "builtins": [
        (r"builtins\.open", "a file"),
        (r"builtins\.input", "a terminal"),
        (rf"builtins\.open\(\)\.(?:.*\.)?{_any(*_STREAM_METHODS)}", "a file"),
    ],
    "time": [(r"time\.sleep", "sleep")],
    "os": [
        (rf"os\.{_any(*_FILE_FUNCTIONS)}", "a file"),
        (rf"os\.path\.{_any(*_PATH_FUNCTIONS)}", "a file"),
        (r"os\.(?:open|fdopen|close)", "a file"),
        (r"os\.(?:fdopen|popen)\(\)\..*", "a file"),
        (
            r"os\.(?:system|popen|spawn\w+|wait\w*|fork|forkpty|posix_spawnp?|startfile)",
            "a process",
        ),
    ],
    "io": [
        (r"io\.(?:open|FileIO|open_code)", "a file"),
        (rf"io\.(?:open|FileIO)\(\)\.{_any(*_STREAM_METHODS)}", "a file"),
    ],
    "codecs": [(r"codecs\.open(?:\(\)\..*)?", "a file")],
    "shutil": [(r"shutil\.(?!get_terminal_size|register|unregister|get_)\w+", "a file")],
    "glob": [(r"glob\.i?glob", "a file")],
    "fileinput": [(r"fileinput\.\w+", "a file")],
    "linecache": [(r"linecache\.\w+", "a file")],
    "filecmp": [(r"filecmp\.\w+", "a file")],
    "mmap": [(r"mmap\.mmap\(\)\.flush", "a file")],
    "fcntl": [(r"fcntl\.(?:flock|lockf)", "a lock")],
    "msvcrt": [(r"msvcrt\.locking", "a lock")],
    "pathlib": [
        (rf"pathlib\.(?:Posix|Windows)?Path\(\).*\.{_any(*_PATH_METHODS)}", "a file"),
        (r"pathlib\.Path\.(?:cwd|home)\(\).*\." + _any(*_PATH_METHODS), "a file"),
        (rf"pathlib\.(?:Posix|Windows)?Path\(\).*\.open\(\)\.{_any(*_STREAM_METHODS)}", "a file"),
        (rf"pathlib\.Path\.{_any(*_PATH_METHODS)}", "a file"),
    ],
    "tempfile": [
        (
            (
                r"tempfile\.(?:NamedTemporaryFile|TemporaryFile|TemporaryDirectory|mkstemp|mkdtemp"
                r"|mktemp)"
            ),
            "a file",
        ),
        (r"tempfile\.(?:NamedTemporaryFile|TemporaryFile)\(\)\..*", "a file"),
        (r"tempfile\.TemporaryDirectory\(\)\.cleanup", "a file"),
    ],
    "zipfile": [(r"zipfile\.(?:ZipFile|is_zipfile|PyZipFile)", "a file")],
    "tarfile": [(r"tarfile\.(?:open|TarFile|is_tarfile)", "a file")],
    "gzip": [(r"gzip\.(?:open|GzipFile)", "a file")],
    "bz2": [(r"bz2\.(?:open|BZ2File)", "a file")],
    "lzma": [(r"lzma\.(?:open|LZMAFile)", "a file")],
    "shelve": [(r"shelve\.open.*", "a file")],
    "dbm": [(r"dbm(?:\.\w+)?\.open.*", "a file")],
    "subprocess": [
        (rf"subprocess\.{_any(*_PROCESS)}", "a process"),
        (r"subprocess\.Popen\(\)\.(?:wait|communicate|std\w+\..*)", "a process"),
    ],
    "pty": [(r"pty\.spawn", "a process")],
    "multiprocessing": [
        (r".*\(\)\.(?:join|recv|map|starmap|apply|get|acquire|wait|imap\w*)", "another process"),
        (r"multiprocessing\.(?:Pool|Manager|Process\(\)\.start)", "another process"),
    ],
    "socket": [
        (
            (
                r"socket\.(?:create_connection|gethostby\w+|getaddrinfo|getfqdn|getnameinfo"
                r"|create_server)"
            ),
            "the network",
        ),
        (rf"socket\.\w+\(\)(?:.*)\.{_any(*_SOCKET)}", "the network"),
    ],
    "ssl": [(r"ssl\.get_server_certificate", "the network")],
    "select": [(r"select\.select|select\.\w+\(\)\.poll", "the network")],
    "selectors": [(r"selectors\.\w+\(\)\.select", "the network")],
    "smtplib": [(r"smtplib\.SMTP\w*", "the network"), (r"smtplib\.\w+\(\)\..*", "the network")],
    "imaplib": [(r"imaplib\.\w+(?:\(\)\..*)?", "the network")],
    "poplib": [(r"poplib\.\w+(?:\(\)\..*)?", "the network")],
    "ftplib": [(r"ftplib\.\w+(?:\(\)\..*)?", "the network")],
    "telnetlib": [(r"telnetlib\.\w+(?:\(\)\..*)?", "the network")],
    "nntplib": [(r"nntplib\.\w+(?:\(\)\..*)?", "the network")],
    "xmlrpc": [(r"xmlrpc\.client\.ServerProxy\(\)\..*", "the network")],
    "http": [
        (r"http\.client\.HTTPS?Connection\(\)\.(?:request|getresponse|connect|send)", "the network")
    ],
    "urllib": [
        (r"urllib\.request\.(?:urlopen|urlretrieve)", "the network"),
        (r"urllib\.request\.\w+\(\)\.open", "the network"),
    ],
    "urllib2": [(r"urllib2\.urlopen", "the network")],
    "logging": [(r"logging\.handlers\.\w+\(\)\.(?:emit|handle|flush)", "a file or the network")],
    "queue": [
        (r"queue\.\w+\(\)\.(?:get|join)", "a queue"),
        (r"queue\.(?:Queue|LifoQueue|PriorityQueue)\(\)\.put", "a queue"),
    ],
    "threading": [
        (
            (
                r"threading\.(?:Lock|RLock|Semaphore|BoundedSemaphore|Condition)\(\)\.(?:acquire|wait"
                r"|wait_for)"
            ),
            "a lock",
        ),
        (r"threading\.(?:Event|Barrier)\(\)\.wait", "another thread"),
        (r"threading\.(?:Thread|Timer)\(\)\.join", "another thread"),
    ],
    "_thread": [(r"_thread\.allocate_lock\(\)\.acquire", "a lock")],
    "concurrent": [
        (r"concurrent\.futures\.(?:wait|as_completed)", "another thread"),
        (r"concurrent\.futures\..*\.submit\(\)\.(?:result|exception)", "another thread"),
        (
            r"concurrent\.futures\..*(?:Executor|Future)\(\)\.(?:result|exception|map|shutdown)",
            "another thread",
        ),
    ],
    "asyncio": [
        (r"asyncio\.(?:run|Runner\(\)\.run)", "a loop of its own"),
        (r"asyncio\..*\.run_until_complete", "a loop of its own"),
        (r"asyncio\..*\.(?:run_forever)", "a loop of its own"),
        (r"asyncio\.run_coroutine_threadsafe\(\)\.(?:result|exception)", "another thread"),
    ],
    "asgiref": [(r"asgiref\.sync\.(?:async_to_sync|AsyncToSync)\(\)", "a loop of its own")],
    "anyio": [(r"anyio\.run|anyio\.from_thread\.run", "a loop of its own")],
    "trio": [(r"trio\.run", "a loop of its own")],
    "cProfile": [(r"cProfile\.Profile\(\)\.(?:dump_stats)", "a file")],
    "profile": [(r"profile\.Profile\(\)\.(?:dump_stats)", "a file")],
    "pstats": [(r"pstats\.Stats\(\)\.dump_stats", "a file")],
    "tracemalloc": [(r"tracemalloc\..*\.dump", "a file")],
    "pickle": [],
    "requests": [
        (rf"requests\.(?:api\.)?{_any(*_HTTP)}", "the network"),
        (rf"requests\.(?:sessions\.)?[sS]ession\(\)\.{_any(*_HTTP)}", "the network"),
    ],
    "httpx": [
        (rf"httpx\.{_any(*_HTTP)}", "the network"),
        (rf"httpx\.Client\(\)\.{_any(*_HTTP)}", "the network"),
    ],
    "urllib3": [
        (r"urllib3\.request", "the network"),
        (r"urllib3\.\w+\(\)\.(?:request\w*|urlopen)", "the network"),
    ],
    "pycurl": [(r"pycurl\.Curl\(\)\.perform", "the network")],
    "peewee": [(r"peewee\..*", "a database")],
    "celery": [(r".*\.(?:delay|apply_async|send_task|get)", "the network")],
    "flask_mail": [(r"flask_mail\..*\.(?:send|send_message|connect)", "the network")],
    "flask_mailman": [(r"flask_mailman\..*\.send\w*", "the network")],
    "sentry_sdk": [(r"sentry_sdk\.flush", "the network")],
    "confluent_kafka": [(r".*\.(?:flush|poll|consume)", "the network")],
    "PIL": [(r"PIL\.Image\.open\(\)\.save|PIL\.Image\.open", "a file")],
    "pandas": [(r"pandas\.read_\w+|pandas\..*\.to_(?:csv|sql|parquet|excel|json)", "a file")],
    "git": [(r"git\.Repo.*", "a process")],
    "sh": [(r"sh\.\w+", "a process")],
    "cachelib": [
        (r"cachelib\..*(?:FileSystem|Redis|Memcached|Mongo|Dynamo|Uwsgi)\w*\(\)\.\w+", "a cache")
    ],
    "werkzeug": [(r"werkzeug\.(?:utils\.)?open_if_exists", "a file")],
    "structlog": [],
    "loguru": [],
    "pony": [(r"pony\.orm\.(?:commit|rollback|flush|select|get|count|db_session)", "a database")],
}

# Clients: making one does not wait, calling its methods does.
_CLIENTS: dict[str, str] = {
    **dict.fromkeys(
        """redis rediscluster flask_redis pymongo flask_pymongo mongoengine flask_mongoengine
        psycopg psycopg2 psycopg_pool pymysql MySQLdb mysql cx_Oracle oracledb pyodbc pymssql
        flask_mysqldb flaskext apsw duckdb sqlite3 clickhouse_driver clickhouse_connect cassandra
        neo4j py2neo elasticsearch elasticsearch_dsl opensearchpy influxdb influxdb_client
        couchdb couchbase arango rethinkdb aerospike happybase snowflake trino prestodb
        databases records dataset tinydb pg8000 turbodbc ibm_db plyvel lmdb leveldb ZODB
        pysqlite3 firebase_admin sqlcipher3 playhouse supabase""".split(),
        "a database",
    ),
    **dict.fromkeys(
        """memcache pymemcache pylibmc bmemcached boto boto3 botocore kafka pika kombu rq
        stomp zmq paramiko fabric docker kubernetes hvac consul etcd3 kazoo ldap ldap3 twilio
        sendgrid slack_sdk slack slackclient stripe openai anthropic suds zeep jira github gitlab
        pysolr hdfs minio azure dropbox tweepy praw telebot pusher pubnub websocket
        statsd datadog graphyte librato nats pysnmp stomper boxsdk postmarker mailjet_rest
        geoip2 hubspot intercom mixpanel pyrebase serial usb rpyc Pyro4 thriftpy2 thrift""".split(),
        "the network",
    ),
    "google": "the network",
}
_CONNECTING = re.compile(
    r"\.(?:connect|Connect|create_engine_connect|blocking_connection|BlockingConnection"
    r"|create_connection|Connection)$"
)
# Methods of clients that only prepare, and do their work in memory.
_PREPARES = re.compile(
    r"\.(?:pipeline|cursor|lock|from_url|client|resource|Session|session|Table|table|Bucket"
    r"|bucket|blob|collection|get_collection|get_database|database|register_script|init_app|queue"
    r"|Queue|bind|fields|register|exchange|ConnectionPool|topic_path|document|StatsClient|timer"
    r"|close_nowait|items|keys|values|copy|lower|upper|encode|decode|append|format|initialize"
    r"|configure|DogStatsd|factory|__init__|cast|typed|get_default_connection|tobytes|hex)$"
)
_MODULE_FUNCTIONS = re.compile(
    r"^(?:boto3|redis|pymongo|rq|kombu|google|geoip2|azure|minio|elasticsearch|opensearchpy)\b"
)
_CLIENT_CALLS = re.compile(
    r"^(?:statsd|datadog|stripe|openai|firebase_admin|mixpanel|pusher|websocket|ldap|zmq|twilio"
    r"|consul|docker)\.(?:[\w.]+\.)?[a-z_]+$"
)

_SQLALCHEMY = re.compile(
    r"\.(?:all|begin|begin_nested|bulk_\w+|close|close_all|commit|connect|count|create_all|delete"
    r"|dispose|drop_all|execute|exec|exec_driver_sql|fetch\w+|first|first_or_404|flush|get"
    r"|get_or_404|invalidate|merge|one|one_or_404|one_or_none|paginate|prepare|raw_connection"
    r"|refresh|reflect|remove|rollback|run_sync|scalar|scalars|scalar_one|scalar_one_or_none"
    r"|stream|update|upgrade|mappings)$"
)
_SQLALCHEMY_PLAIN = re.compile(
    r"(?:[sS]ession|Session\(\)|sessionmaker\(\)\(\)|scoped_session\(\)(?:\(\))?)\.(?:delete|update)$"
    r"|\.(?:headers|config|cookies|engine_options)\."
)
_SQLALCHEMY_TOPS = frozenset(
    {"sqlalchemy", "flask_sqlalchemy", "sqlmodel", "flask_sqlalchemy_lite"}
)

COVERED = frozenset(_PATTERNS) | frozenset(_CLIENTS) | _SQLALCHEMY_TOPS | {"flask_sqlalchemy"}

_COMPILED = {
    top: [(re.compile(pattern), reason) for pattern, reason in patterns]
    for top, patterns in _PATTERNS.items()
}

# Calls that wait whatever they are called on: names that nothing else bears.
_METHODS = {
    **dict.fromkeys(
        """commit rollback executemany executescript fetchone fetchall fetchmany
        insert_one insert_many update_one update_many replace_one delete_one delete_many find_one
        find_one_and_update count_documents aggregate_raw execute_sql bulk_write bulk_save_objects
        bulk_insert_mappings""".split(),
        "a database",
    ),
    **dict.fromkeys(
        """delay apply_async send_task sendmail send_message_batch put_object upload_file
        upload_fileobj urlopen put_metric_data send_and_wait basic_publish lpush rpush hset hincrby
        hmset setex zadd xadd sadd zincrby blpop brpop""".split(),
        "the network",
    ),
    **dict.fromkeys("write_text write_bytes read_text read_bytes".split(), "a file"),
    **dict.fromkeys("run_until_complete".split(), "a loop of its own"),
    **dict.fromkeys("check_output check_call communicate".split(), "a process"),
}
# Calls that wait on what has such a name.
_BY_RECEIVER: tuple[tuple[re.Pattern[str], frozenset[str], str], ...] = (
    (
        re.compile(
            r"(?:^|_)(?:db|database|conn|connection|cur|cursor|dbh|sqlite|pg|mysql|engine)\d?$"
        ),
        frozenset("execute close connect query begin ping close_connection insert update".split()),
        "a database",
    ),
    (
        re.compile(r"(?:^|_)(?:db_?session|sess|session|scoped|tx|transaction|Session|database)$"),
        frozenset("execute close remove flush merge refresh scalar scalars close_all".split()),
        "a database",
    ),
    (
        re.compile(r"redis|(?:^|_)(?:rdb|rds|memcache|mc)$"),
        frozenset(
            """get set incr decr incrby decrby delete expire publish hget hgetall hdel lpop rpop
            lrange ltrim exists ttl mget mset execute ping zrange keys scan hincrbyfloat setnx
            getset pfadd close""".split()
        ),
        "the network",
    ),
    (
        re.compile(r"mongo|(?:^|_)(?:collection|coll)$"),
        frozenset("insert find update save remove count close".split()),
        "a database",
    ),
    (
        re.compile(
            r"(?:^|_)(?:http|https|requests|http_client|http_session|api_client|webhook|es|elastic\w*)$"
        ),
        frozenset({*_HTTP, "index", "bulk", "search", "publish"}),
        "the network",
    ),
    (
        re.compile(
            r"(?:^|_)(?:producer|publisher|kafka|mq|channel|broker|sqs|sns|s3|statsd|smtp|mail|mailer)$"
        ),
        frozenset(
            """send publish produce flush produce_message send_message incr timing gauge histogram
            increment put_object connect quit""".split()
        ),
        "the network",
    ),
    (
        re.compile(r"(?:^|_)(?:lock|mutex|sem|semaphore|rlock)\d?$", re.IGNORECASE),
        frozenset({"acquire"}),
        "a lock",
    ),
    (
        re.compile(r"(?:^|_)(?:fut|future|promise|task_result)$"),
        frozenset({"result"}),
        "another thread",
    ),
    (
        re.compile(r"(?:^|_)(?:thread|worker|proc|process)$"),
        frozenset({"join", "wait"}),
        "another thread",
    ),
    (
        re.compile(r"(?:^|_)(?:sock|socket)$"),
        frozenset(_SOCKET),
        "the network",
    ),
    (
        re.compile(r"(?:^|_)(?:fh|fp|fd|file|logfile|log_file|outfile|audit_file)$"),
        frozenset("write read readline readlines flush writelines".split()),
        "a file",
    ),
)

_LOCKS = re.compile(
    r"^(?:threading|multiprocessing|_thread|gevent\.lock|filelock|portalocker|fasteners)\."
    r"(?:\w+\.)*(Lock|RLock|Semaphore|BoundedSemaphore|Condition|allocate_lock|FileLock"
    r"|SoftFileLock|InterProcessLock|ReaderWriterLock)\(\)$"
)
_DEFERRING = ("memory", "fileobj=", "0=memory")


def blocks(path: str, flags: frozenset[str] = frozenset()) -> str | None:
    """What a call outside the tree waits for, or None.

    :param path: what is called.
    :param flags: what its arguments, or those of what it is a method of, say.
    """
    path = path.replace("[]", "")
    top = path.partition(".")[0]
    if top in _SQLALCHEMY_TOPS:
        if _SQLALCHEMY.search(path) and "()" in path and not _SQLALCHEMY_PLAIN.search(path):
            return "a database"
        return None
    for pattern, reason in _COMPILED.get(top, ()):
        if pattern.fullmatch(path):
            if top in ("gzip", "bz2", "lzma", "zipfile", "tarfile"):
                if any(flag in flags for flag in _DEFERRING):
                    return None
            return reason
    reason_ = _CLIENTS.get(top)
    if reason_ is not None:
        if path.endswith(("()",)):
            return None
        inner = "()" in path
        if top == "sqlite3" and path == "sqlite3.connect":
            return reason_
        if _CONNECTING.search(path):
            return reason_
        if inner and not _PREPARES.search(path):
            if top == "sqlite3" and path.endswith(".cursor"):
                return None
            return reason_
        if not inner and _CLIENT_CALLS.match(path) and not _PREPARES.search(path):
            return reason_
        return None
    if top in STANDARD:
        return None
    return blocks_by_name(path)


def blocks_by_name(path: str) -> str | None:
    """What a call waits for by its name alone, where nothing else is known of it."""
    parts = [part for part in path.replace("()", "").replace("[]", "").split(".") if part]
    if len(parts) < 2:
        return None
    receiver, method = parts[-2], parts[-1]
    if method in _METHODS:
        return _METHODS[method]
    for pattern, methods, reason in _BY_RECEIVER:
        if method in methods and pattern.search(receiver):
            return reason
    return None


def lock_kind(path: str) -> str:
    """The kind of lock that a path made: Lock, RLock ... or nothing."""
    found = _LOCKS.match(path)
    return found[1] if found else ""


def is_lock(path: str) -> bool:
    """Whether entering what a path made waits for a lock."""
    return bool(lock_kind(path)) or bool(re.search(r"redis.*\.lock\(\)$", path))
