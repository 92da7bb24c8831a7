# The base image is an argument, so that an image of one's own (or an air-gapped one) can stand in.
ARG BASE=python:3.13-slim
FROM ${BASE} AS build
WORKDIR /src
# A bundle of certificates of one's own, where the network has a proxy: docker build --secret id=ca,src=FILE
COPY requirements.lock pyproject.toml README.md ./
RUN --mount=type=secret,id=ca,required=false \
    if [ -s /run/secrets/ca ]; then export PIP_CERT=/run/secrets/ca; fi; \
    python3 -m venv /opt/monitor \
    && /opt/monitor/bin/python -m pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.lock
COPY monitor ./monitor
COPY config ./config
COPY seeds ./seeds
RUN /opt/monitor/bin/python -m pip install --no-cache-dir --disable-pip-version-check --no-deps --no-build-isolation .

FROM ${BASE}
COPY --from=build /opt/monitor /opt/monitor
COPY config /srv/monitor/config
COPY seeds /srv/monitor/seeds
# A named volume takes its owner from the folder it is mounted on.
RUN mkdir -p /srv/monitor/var && chown 10001:10001 /srv/monitor/var
# glibc keeps a heap for each thread and what it once used: some 7 MB less resident with two and none for large blocks.
ENV PATH=/opt/monitor/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    MALLOC_ARENA_MAX=2 MALLOC_MMAP_THRESHOLD_=262144
WORKDIR /srv/monitor
USER 10001:10001
VOLUME /srv/monitor/var
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["monitor", "health", "--config", "config"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["monitor"]
CMD ["run", "--config", "config"]
