"""Django's settings. Everything an install may change comes from the environment:

DATABASE_URL              PostgreSQL (postgresql://user:password@host/name); without it the embedded SQLite
COUNTERFOIL_DATA_DIR      embedded database, encryption key, logs
COUNTERFOIL_AS            user as whom the command line acts, where no `--as` is given
COUNTERFOIL_WEBHOOK_SECRET secret for `counterfoil webhooks accept`, where it is not given as an option
COUNTERFOIL_KEY           encryption key(s), newest first, by comma; without it the file `key`
COUNTERFOIL_ALLOWED_HOSTS names the console may be reached by, by comma (default: this machine)
COUNTERFOIL_BUSY_SECONDS  how long one process waits for another on the embedded database (default: 30)
COUNTERFOIL_TIME_ZONE     time zone of times and schedules for people (default: Europe/Brussels)
COUNTERFOIL_DELIVERY_DAYS days after which the body of a webhook is taken away (default: 90)
COUNTERFOIL_SESSION_HOURS hours without a click after which a login to the console ends (default: 12)
COUNTERFOIL_SESSION_DAYS  days after which a login to the console ends in any case (default: 30)
COUNTERFOIL_SCHEDULES     0 where no sync may start by itself, as on a copy of an install (default: 1)
COUNTERFOIL_FILE_MAX_MB   megabytes that a file may have which is synced or imported (default: 1024)
COUNTERFOIL_TASKS_BACKEND Django Tasks backend that wakes workers at once, as django_tasks_rq.RQBackend (else none)
COUNTERFOIL_HTTPS         1 where a proxy serves the console by https: redirect, HSTS, secure cookies (default: 0)
COUNTERFOIL_PROXIES       proxies in front, as addresses or networks by comma, that name visitors (default: none)
"""

import os
from typing import Any

from counterfoil.console.site import theme
from counterfoil.project import environment, setting_names
from counterfoil.project.data_dir import data_dir
from counterfoil.project.database import database
from counterfoil.project.key_file import key_source, session_keys

setting_names.refuse_unknown(os.environ, setting_names.names_in(__doc__ or ""))
os.umask(0o077)  # database, log, key and backups are for the user that runs this

COUNTERFOIL_DATA_DIR = data_dir()
COUNTERFOIL_ENCRYPTION_KEYS = key_source(COUNTERFOIL_DATA_DIR)
SECRET_KEY, *SECRET_KEY_FALLBACKS = session_keys(COUNTERFOIL_ENCRYPTION_KEYS)
DEBUG = False

ALLOWED_HOSTS = environment.hosts("COUNTERFOIL_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = [
    f"https://{'*' if host.startswith('.') else ''}{host}" for host in ALLOWED_HOSTS if host != "*"
]

INSTALLED_APPS = [
    "counterfoil.console.apps.ConsoleConfig",  # first: its templates stand before unfold's of the same name
    "unfold.apps.BasicAppConfig",
    "counterfoil.console.apps.SiteConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "counterfoil.mirror",
    "counterfoil.webhooks",
    "counterfoil.login",
]
MIDDLEWARE = [
    "counterfoil.project.proxies.believe_listed_proxies",
    "counterfoil.webhooks.middleware.webhooks_first",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "counterfoil.console.site.session_limit.SessionLimit",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "counterfoil.console.site.errors.ErrorPages",
    "counterfoil.console.site.hidden_characters.HiddenCharacters",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
ROOT_URLCONF = "counterfoil.project.urls"
WSGI_APPLICATION = "counterfoil.project.wsgi.application"

DATABASES: dict[str, dict[str, Any]] = {"default": database(COUNTERFOIL_DATA_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TASKS_BACKEND = environment.dotted_path("COUNTERFOIL_TASKS_BACKEND")
TASKS = {"default": {"BACKEND": TASKS_BACKEND or "django.tasks.backends.dummy.DummyBackend"}}
COUNTERFOIL_TASK_QUEUE = bool(TASKS_BACKEND)

COUNTERFOIL_DELIVERY_DAYS = environment.whole_number("COUNTERFOIL_DELIVERY_DAYS", "90", "days")

COUNTERFOIL_SCHEDULES = environment.switch("COUNTERFOIL_SCHEDULES", "1")

UNFOLD = theme.UNFOLD

LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
HTTPS = environment.switch("COUNTERFOIL_HTTPS")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS  # webhooks are answered before: nobody follows a redirect with their body
SECURE_HSTS_SECONDS = 365 * 86_400 if HTTPS else 0
COUNTERFOIL_PROXIES = environment.networks("COUNTERFOIL_PROXIES")
CSRF_FAILURE_VIEW = "counterfoil.console.site.errors.form_expired"
SESSION_COOKIE_AGE = environment.whole_number("COUNTERFOIL_SESSION_HOURS", "12", "hours") * 3600
COUNTERFOIL_SESSION_DAYS = environment.whole_number("COUNTERFOIL_SESSION_DAYS", "30", "days")
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"

LANGUAGE_CODE = "en"
TIME_ZONE = environment.time_zone("COUNTERFOIL_TIME_ZONE", "Europe/Brussels")
USE_TZ = True
USE_I18N = True
USE_THOUSAND_SEPARATOR = True

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
PASSWORD_HASHERS = ["counterfoil.login.hasher.PasswordHasher"]  # Django's own of that name would come before it
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{rule}"}
    for rule in (
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
        "UserAttributeSimilarityValidator",
    )
]
LOGGING_CONFIG = None
