"""Every setting, each from the environment and each described in docs/settings.md."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from celery.schedules import crontab

from newsroom.embedded import services
from newsroom.home import PROJECT, Home


def text(name: str, default: str = "") -> str:
    """Return the environment's value of `name`, or `default` when it is unset or empty."""
    return os.environ.get(name) or default


def flag(name: str, default: bool = False) -> bool:
    """Return whether `name` is switched on: 1, true, yes or on. Raises ValueError for anything unclear."""
    value = os.environ.get(name, "").strip().lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    if value:
        raise ValueError(f"{name} is {value!r}: write on or off.")
    return default


def number(name: str, default: int) -> int:
    """Return the whole number that `name` holds. Raises ValueError with the mend when it holds something else."""
    value = os.environ.get(name, "").strip()
    if not value:
        return default
    if not value.isdigit():
        raise ValueError(f"{name} is {value!r}: write a whole number.")
    return int(value)


def words(name: str, default: str = "") -> list[str]:
    """Return the comma-separated words that `name` holds."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def database(url: str, engine: str) -> dict[str, Any]:
    """Return Django's description of the database at `url` (postgresql://user:password@host:port/name?option=value)."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ValueError("DATABASE_URL must begin with postgresql://: the archive speaks to PostgreSQL only.")
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    if "prepare_threshold" in options:
        options["prepare_threshold"] = int(options["prepare_threshold"])
    host = options.pop("host", "") or unquote(parts.hostname or "")
    return {
        "ENGINE": engine,
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }


# Home and services ---------------------------------------------------------------------------------------------------

BASE_DIR = PROJECT
HOME = Home.from_environment()
ARCHIVE_HOME = HOME.path
INDEX_DIR = ARCHIVE_HOME / "index"

DATABASE_URL = text("DATABASE_URL")
EMBEDDED_DATABASE = not DATABASE_URL
DATABASES = {
    "default": database(DATABASE_URL, "django.db.backends.postgresql")
    if DATABASE_URL
    else database(services().database_url, "newsroom.postgresql")
}
if EMBEDDED_DATABASE:
    # No pooler stands in between, so a connection may keep the plans of its statements.
    DATABASES["default"]["OPTIONS"]["prepare_threshold"] = 5
# Whoever makes and changes tables; the site itself works as a role that may do neither.
DATABASE_OWNER_URL = text("DATABASE_OWNER_URL") or (services().owner_url if EMBEDDED_DATABASE else "")
DATABASE_OWNER = database(DATABASE_OWNER_URL, "") if DATABASE_OWNER_URL else None
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

EMBEDDED_BROKER = not text("BROKER_URL")
BROKER_URL = text("BROKER_URL", services().broker_url)

SECRET_KEY = text("SECRET_KEY") or HOME.secrets().secret_key
DEBUG = flag("DEBUG")

# The site ------------------------------------------------------------------------------------------------------------

SITE_URL = text("SITE_URL", "http://127.0.0.1:8000").rstrip("/")
ALLOWED_HOSTS = words("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")
CSRF_TRUSTED_ORIGINS = words("CSRF_TRUSTED_ORIGINS", SITE_URL)
ROOT_URLCONF = "newsroom.urls"
WSGI_APPLICATION = "newsroom.wsgi.application"

INSTALLED_APPS = [
    "archive",
    "newsroom",
    "archive.apps.ArchiveAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django_filters",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "newsroom.middleware.ContentSecurityPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "newsroom.middleware.SignInRequired",
    "archive.web.middleware.ReaderZone",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PROJECT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "archive.web.context.face",
            ],
        },
    }
]

STATIC_URL = "/static/"
STATICFILES_DIRS = [PROJECT / "static"]
STATIC_ROOT = ARCHIVE_HOME / "static"
# `make run` collects the static files, compressed and with a hash in the name; otherwise they are found in place.
STATIC_COLLECTED = flag("STATIC_COLLECTED")
WHITENOISE_USE_FINDERS = not STATIC_COLLECTED
if not STATIC_COLLECTED:
    STATIC_ROOT.mkdir(parents=True, exist_ok=True)
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": ARCHIVE_HOME / "files", "base_url": None},
    },
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if STATIC_COLLECTED
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
MEDIA_ROOT = ARCHIVE_HOME / "files"

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": f"unix://{HOME.valkey_socket}?db=1" if EMBEDDED_BROKER else BROKER_URL,
        "KEY_PREFIX": "archive",
    }
}

# Signing in, and who may see what ------------------------------------------------------------------------------------

AUTH_USER_MODEL = "archive.User"
AUTHENTICATION_BACKENDS = ["archive.articles.permissions.RoleBackend"]
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "sign_in"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ARCHIVE_PUBLIC = flag("ARCHIVE_PUBLIC")

# Says on every page that this is the archive to practice in.
PRACTICE = flag("PRACTICE")
COOKIE_PREFIX = text("COOKIE_PREFIX")
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}sessionid"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrftoken"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
HTTPS = flag("HTTPS")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)
# The embedded server speaks plain HTTP on this machine only; `manage.py check --deploy` is for HTTPS=on.
SILENCED_SYSTEM_CHECKS = [] if HTTPS else ["security.W004", "security.W008", "security.W012", "security.W016"]

# Language and time ---------------------------------------------------------------------------------------------------

LANGUAGE_CODE = text("LANGUAGE_CODE", "en")
TIME_ZONE = "UTC"
READER_TIME_ZONE = text("READER_TIME_ZONE", "UTC")
USE_TZ = USE_I18N = True
FORMAT_MODULE_PATH = "newsroom.formats"
LOCALE_PATHS = [PROJECT / "locale"]

# Imports -------------------------------------------------------------------------------------------------------------

IMPORT_MAX_BYTES = number("IMPORT_MAX_MB", 512) * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = number("FORM_MAX_MB", 16) * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
DATA_UPLOAD_MAX_NUMBER_FILES = 5_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
PARSE_SECONDS = number("PARSE_SECONDS", 30)
PARSE_MEMORY_BYTES = number("PARSE_MEMORY_MB", 1024) * 1024 * 1024
FETCH_PRIVATE_ADDRESSES = flag("FETCH_PRIVATE_ADDRESSES")
FETCH_USER_AGENT = text("FETCH_USER_AGENT", f"NewsroomArchive/0.1 (+{SITE_URL})")

# Search --------------------------------------------------------------------------------------------------------------

SEARCH_ENGINE = text("SEARCH_ENGINE", "whoosh")

# Mail ----------------------------------------------------------------------------------------------------------------

EMAIL_HOST = text("EMAIL_HOST")
EMAIL_PORT = number("EMAIL_PORT", 25)
EMAIL_HOST_USER = text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = text("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = flag("EMAIL_USE_TLS")
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = text("DEFAULT_FROM_EMAIL", "archive@localhost")
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'console'}.EmailBackend"

# Celery --------------------------------------------------------------------------------------------------------------

QUEUES = ("interactive", "index", "import", "stories", "alerts", "default")
CELERY_BROKER_URL = BROKER_URL
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {
    "archive.tasks.drain_index": {"queue": "index"},
    "archive.tasks.place_articles": {"queue": "stories"},
    "archive.tasks.repair_stories": {"queue": "stories"},
    "archive.tasks.read_run": {"queue": "import"},
    "archive.tasks.import_run": {"queue": "import"},
    "archive.tasks.poll_watched_sources": {"queue": "import"},
    "archive.tasks.deliver_alerts": {"queue": "alerts"},
}
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 600_000
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600, "socket_timeout": 30, "retry_on_timeout": True}
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"
CELERY_ENABLE_UTC = True
CELERY_BEAT_SCHEDULE = {
    "push-import-runs": {"task": "archive.tasks.push_import_runs", "schedule": 10.0, "options": {"expires": 10}},
    "poll-watched-sources": {
        "task": "archive.tasks.poll_watched_sources",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "lift-embargoes": {"task": "archive.tasks.lift_embargoes", "schedule": 20.0, "options": {"expires": 20}},
    "drain-index": {"task": "archive.tasks.drain_index", "schedule": 5.0, "options": {"expires": 5}},
    "place-articles": {"task": "archive.tasks.place_articles", "schedule": 10.0, "options": {"expires": 10}},
    "repair-stories": {"task": "archive.tasks.repair_stories", "schedule": crontab(hour=3, minute=20)},
    "deliver-alerts": {"task": "archive.tasks.deliver_alerts", "schedule": 30.0, "options": {"expires": 30}},
}
CELERY_BEAT_SCHEDULE_FILENAME = str(HOME.run / "beat-schedule")

# Logging -------------------------------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": text("LOG_LEVEL", "INFO").upper()},
    "loggers": {"django.server": {"handlers": ["console"], "level": "WARNING", "propagate": False}},
}
