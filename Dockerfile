FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    VIRTUAL_ENV=/opt/frontdesk \
    PATH=/opt/frontdesk/bin:$PATH \
    STATIC_ROOT=/srv/static \
    MALLOC_ARENA_MAX=2

WORKDIR /srv/frontdesk

COPY requirements.txt requirements-uv.txt ./
RUN python -m venv /opt/frontdesk \
    && pip install --no-cache-dir --require-hashes -r requirements-uv.txt \
    && uv pip install --no-cache --compile-bytecode --require-hashes -r requirements.txt

COPY . .
RUN SECRET_KEY=only-for-this-step DATABASE_URL=postgres:///not-needed \
        python manage.py collectstatic --noinput --verbosity 0 \
    && useradd --system --uid 10001 --home-dir /srv/frontdesk frontdesk \
    && mkdir -p var/media \
    && chown -R frontdesk var

USER frontdesk
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s CMD \
    ["python", "-c", "import urllib.request as u; u.urlopen(u.Request('http://127.0.0.1:8000/healthz', headers={'Host': 'localhost'}), timeout=4)"]
CMD ["python", "-m", "frontdesk.running.web", "--host", "0.0.0.0"]
