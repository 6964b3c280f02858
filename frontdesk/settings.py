"""Settings, all from the environment. The apps' own settings stand at the end, grouped by app."""

import sys
from datetime import timedelta
from pathlib import Path

import django_stubs_ext
import environ
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
TESTING = "pytest" in sys.modules

# Lets `ModelForm[Terminal]` and `ModelAdmin[Branch]` name their model at run time too.
django_stubs_ext.monkeypatch()

env = environ.Env()
if not TESTING:  # a clinic's own servers are nothing for a test
    environ.Env.read_env(BASE_DIR / ".env", overwrite=False)

DEBUG = env.bool("DEBUG", False)
SECRET_KEY = env.str(
    "SECRET_KEY", "only-for-tests-and-local-development" if DEBUG or TESTING else ""
)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
# Where customers' phones and the provider reach this installation from outside.
PUBLIC_BASE_URL = env.str("PUBLIC_BASE_URL", "http://127.0.0.1:8000").rstrip("/")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[PUBLIC_BASE_URL])

INSTALLED_APPS = [
    "frontdesk.branches",
    "frontdesk.staff",
    "customers",
    "notifications",
    "frontdesk.promos",
    "frontdesk.visits",
    "treatments",
    "frontdesk.home",
    "frontdesk",
    "frontdesk.staff.apps.ChainAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "axes",
    "crispy_forms",
    "csp",
    "django_htmx",
    "pgtrigger",
    "template_partials",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "frontdesk.staff.middleware.SignedInMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "frontdesk.staff.middleware.StaffMiddleware",
    "axes.middleware.AxesMiddleware",
]

# `manage.py bench` puts a few bare views beside the pages, to hold them against.
ROOT_URLCONF = env.str("ROOT_URLCONF", "frontdesk.urls")
WSGI_APPLICATION = "frontdesk.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "frontdesk.staff.context.desk",
            ],
            "builtins": ["frontdesk.templatetags.frontdesk", "frontdesk.quick_urls"],
            "libraries": {"i18n": "frontdesk.quick_i18n"},
        },
    },
]

# Database ------------------------------------------------------------------------------------

# Setting-up commands run as the owner of the tables, everything else as a role that may not change
# history (frontdesk/home/management/commands/grant_web_role.py).
OWNER_COMMANDS = {"migrate", "grant_web_role", "createcachetable"}
_as_owner = (
    len(sys.argv) > 1 and sys.argv[1] in OWNER_COMMANDS and "DATABASE_OWNER_URL" in env.ENVIRON
)

DATABASES = {"default": env.db("DATABASE_OWNER_URL" if _as_owner else "DATABASE_URL")}
DATABASES["default"] |= {
    "ENGINE": "frontdesk.pooled",
    # Kept connections are the biggest single setting: without them a page costs 5 ms more.
    # What the address says after its question mark stays: `?sslmode=require`.
    "OPTIONS": DATABASES["default"].get("OPTIONS", {})
    | {"pool": {"min_size": 1, "max_size": env.int("DATABASE_POOL_SIZE", 8), "timeout": 10}},
    # True behind a PgBouncer in transaction mode.
    "DISABLE_SERVER_SIDE_CURSORS": env.bool("DATABASE_BEHIND_PGBOUNCER", False),
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Sessions live in PostgreSQL, so that the counter works while Redis is away.
SESSION_ENGINE = "frontdesk.staff.session_store"
SESSION_COOKIE_AGE = int(timedelta(hours=14).total_seconds())
SESSION_COOKIE_SAMESITE = "Lax"

REDIS_URL = env.str("REDIS_URL", "redis://127.0.0.1:6379/0")

# Language and time ---------------------------------------------------------------------------

LANGUAGE_CODE = "id"
LANGUAGES = [("id", _("Bahasa Indonesia")), ("en", _("Bahasa Inggris"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Jakarta"
# Digits are grouped where a page asks for it (`rupiah`, `intcomma`): a key in an address never is.
USE_THOUSAND_SEPARATOR = False

# Static files --------------------------------------------------------------------------------

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = env.path("STATIC_ROOT", default=str(BASE_DIR / "staticfiles"))
MEDIA_ROOT = env.path("MEDIA_ROOT", default=str(BASE_DIR / "var" / "media"))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG or TESTING
            else "frontdesk.static_files.StaticFiles"
        )
    },
}

# Where nobody has collected the files, each is looked up when it is asked for.
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = DEBUG or TESTING

# Security ------------------------------------------------------------------------------------

# Behind TLS: one switch for cookies, redirect and HSTS. A PC on a clinic's own network has none.
HTTPS = env.bool("HTTPS", PUBLIC_BASE_URL.startswith("https://"))
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
if env.bool("BEHIND_PROXY", False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "same-origin"
# Slips are printed from a hidden frame of our own.
X_FRAME_OPTIONS = "SAMEORIGIN"
# frontdesk.quick_i18n stands in for Django's own library of that name on purpose.
SILENCED_SYSTEM_CHECKS = ["security.W019", "templates.W003"]
CSRF_FAILURE_VIEW = "frontdesk.home.errors.csrf_failed"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [SELF],
    }
}

AUTH_USER_MODEL = "staff.Staff"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
# A PIN is compared while a person waits: scrypt takes 0.3 s where the default takes 0.4 s.
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["username", "name", "nickname"]},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "staff:sign_in"
LOGIN_REDIRECT_URL = "home:counter"

# A wrong password locks that person at that address, never everybody behind one clinic's router.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=5)
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_LOCKOUT_CALLABLE = "frontdesk.staff.views.sign_in.too_many_attempts"
AXES_ENABLE_ADMIN = False
# What was typed beside a wrong password is masked in the record of attempts (staff/forms.py).
AXES_SENSITIVE_PARAMETERS = [
    "username",
    "ip_address",
    "pin-password",
    "pin-pin",
    "pin-again",
    "password-password",
    "password-new",
]
AXES_IPWARE_PROXY_COUNT = 1 if env.bool("BEHIND_PROXY", False) else None
AXES_VERBOSE = False
AXES_DISABLE_ACCESS_LOG = True

# Celery --------------------------------------------------------------------------------------

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
# A lost wake-up is harmless: every five seconds beat gives another one, and stale ones expire.
CELERY_TASK_ACKS_LATE = False
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 120,
    "socket_timeout": 3,
    "socket_connect_timeout": 2,
    "socket_keepalive": True,
}
if REDIS_URL.startswith("redis+socket://"):
    # A unix socket knows no TCP keep-alive.
    del CELERY_BROKER_TRANSPORT_OPTIONS["socket_keepalive"]
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 30
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE: dict[str, dict[str, object]] = {
    # What is woken up, every how many seconds, and when a late wake-up is dropped.
    "send due messages": {
        "task": "notifications.tasks.tick",
        "schedule": 5.0,
        "options": {"expires": 10},
    },
    "settle unclear messages": {
        "task": "notifications.tasks.settle",
        "schedule": 5.0,
        "options": {"expires": 10},
    },
    "ask the provider for what it did not tell": {
        "task": "notifications.tasks.ask",
        "schedule": 60.0,
        "options": {"expires": 50},
    },
    "ask what messages cost": {
        "task": "notifications.tasks.ask_prices",
        "schedule": 60.0,
        "options": {"expires": 50},
    },
    "read waiting customer lists": {
        "task": "customers.tasks.run_waiting_imports",
        "schedule": 5.0,
        "options": {"expires": 10},
    },
    "plan due promos": {
        "task": "frontdesk.promos.tasks.prepare",
        "schedule": 5.0,
        "options": {"expires": 10},
    },
    "count promos": {
        "task": "frontdesk.promos.tasks.count",
        "schedule": 5.0,
        "options": {"expires": 10},
    },
    "stand in for what did not arrive": {
        "task": "notifications.tasks.stand_in",
        "schedule": 60.0,
        "options": {"expires": 50},
    },
    "plan periodic notices": {
        "task": "notifications.tasks.plan_periodic",
        "schedule": 60.0,
        "options": {"expires": 50},
    },
    "note missed controls": {
        "task": "treatments.tasks.note_missed_controls",
        "schedule": 900.0,
        "options": {"expires": 600},
    },
    # At half past two in Jakarta, half past four in Jayapura; where beat was off, when it is back.
    "clear sessions": {
        "task": "frontdesk.staff.tasks.clear_sessions",
        "schedule": crontab(hour="19", minute="30"),
        "options": {"expires": 3600},
    },
}

# Logging: what happened, never who the customer is or what she has --------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", "INFO")},
    "loggers": {"axes": {"level": "ERROR"}},
}

# Forms ---------------------------------------------------------------------------------------

CRISPY_ALLOWED_TEMPLATE_PACKS = "frontdesk"
CRISPY_TEMPLATE_PACK = "frontdesk"
CRISPY_FAIL_SILENTLY = not DEBUG

# Our own apps --------------------------------------------------------------------------------

CLINIC_NAME = env.str("CLINIC_NAME", "Klinik Seruni")

# visits: how long a step at the counter can be taken back.
UNDO_WINDOW = timedelta(minutes=15)

# staff: a shared terminal locks itself; five wrong PINs close one person out of one terminal.
IDLE_LOCK = timedelta(minutes=3)
PIN_ATTEMPTS = 5
PIN_COOLOFF = timedelta(minutes=5)

# notifications: the provider. Without an account, `manage.py up` starts twilio_local.
TWILIO_ACCOUNT_SID = env.str("TWILIO_ACCOUNT_SID", "")
TWILIO_AUTH_TOKEN = env.str("TWILIO_AUTH_TOKEN", "")
TWILIO_API_BASE = env.str("TWILIO_API_BASE", "")
TWILIO_CONTENT_API_BASE = env.str("TWILIO_CONTENT_API_BASE", TWILIO_API_BASE)
# Where Twilio keeps what customers send, and sends us on to: a host, or a folder there.
TWILIO_MEDIA_STORES = env.list(
    "TWILIO_MEDIA_STORES",
    default=[
        "mms.twiliocdn.com",
        "media.twiliocdn.com",
        "s3-external-1.amazonaws.com/media.twiliocdn.com",
    ],
)
TWILIO_FROM_WHATSAPP = env.str("TWILIO_FROM_WHATSAPP", "")
TWILIO_FROM_SMS = env.str("TWILIO_FROM_SMS", "")
# E-mail: `smtp+tls://user:password@host:587`; without a sender's address none is sent.
vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
EMAIL_FROM = env.str("EMAIL_FROM", "")
EMAIL_TIMEOUT = 20
# Longer than Twilio's own limit, so that a slow answer is still an answer.
TWILIO_READ_SECONDS = env.float("TWILIO_READ_SECONDS", 30.0)
# Messages of one sender on their way at once, and how many workers may share a sender.
MESSAGE_POSTS_AT_ONCE = env.int("MESSAGE_POSTS_AT_ONCE", 64)
MESSAGE_PUMPS_A_SENDER = env.int("MESSAGE_PUMPS_A_SENDER", 4)
# How long a claimed message may be on its way before its outcome counts as unknown; five seconds
# more than a POST may take, at the least.
MESSAGE_LEASE = timedelta(seconds=env.float("MESSAGE_LEASE_SECONDS", 90))
# The provider's list may lag: an absent message counts as not sent after this, asked twice.
MESSAGE_ABSENT_AFTER = timedelta(seconds=env.float("MESSAGE_ABSENT_SECONDS", 120))
MESSAGE_ABSENT_AGAIN_AFTER = timedelta(seconds=env.float("MESSAGE_ABSENT_AGAIN_SECONDS", 60))
# What WhatsApp took and has not delivered so long before it is of no more use goes another way.
MESSAGE_FALL_BACK_BEFORE = timedelta(hours=4)
