# syntax=docker/dockerfile:1
# Two stages: wheels are installed in the first, the second holds Python, the environment and our folders only.
# Pin the base by digest when building a release: --build-arg PYTHON_IMAGE=python:3.11-slim-bookworm@sha256:...
ARG PYTHON_IMAGE=python:3.11-slim-bookworm

FROM ${PYTHON_IMAGE} AS build
WORKDIR /build
COPY requirements/run.lock requirements/run.lock
RUN python -m venv /opt/venv \
 && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements/run.lock

FROM ${PYTHON_IMAGE}
LABEL org.opencontainers.image.title="GenAI CloudOps"
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    LANGSMITH_TRACING=false \
    LANGGRAPH_STRICT_MSGPACK=true \
    ENV=prod \
    HTTP_HOST=0.0.0.0
# A face for pictures with names beyond ASCII (é, ł, Ж): Pillow's own has none of them.
RUN apt-get update && apt-get install -y --no-install-recommends fonts-dejavu-core && rm -rf /var/lib/apt/lists/*
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin cloudops \
 && mkdir -p /app/var && chown cloudops /app/var
WORKDIR /app
COPY --from=build /opt/venv /opt/venv
COPY bot bot
COPY agents agents
COPY tools tools
COPY prompts prompts
COPY storage storage
COPY deploy/slack deploy/slack
USER 10001
# The only folder that is written to; the rest of the file system may be read-only.
VOLUME ["/app/var"]
EXPOSE 8080
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
  CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f\"http://127.0.0.1:{os.environ.get('HTTP_PORT', 8080)}/readyz\", timeout=4)"]
ENTRYPOINT ["python", "-m", "bot"]
CMD ["run"]
