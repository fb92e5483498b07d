# Clapvert in a container: CPU only, as a user of its own, the model and the index in the volume /data.
#   docker compose up                                     SQLite and Chroma in the volume
#   docker compose -f compose.yaml -f compose.servers.yaml up     PostgreSQL and a Chroma server
# `tests/docker` runs its steps one by one in a clean folder, without a daemon.
FROM python:3.11-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
# The CPU build of PyTorch lies in an index of its own; another one, or wheels at hand, by --build-arg.
ARG TORCH="torch==2.13.0"
ARG TORCH_FROM=""
WORKDIR /src
COPY pyproject.toml constraints.txt README.md LICENSE CHANGELOG.md ./
COPY assistant assistant
COPY ingest ingest
COPY evals evals
COPY corpus corpus
COPY docker docker
RUN python -m venv /opt/clapvert && PATH="/opt/clapvert/bin:$PATH" sh docker/install.sh

FROM python:3.11-slim
RUN useradd --uid 10001 --create-home --home-dir /home/clapvert clapvert \
    && mkdir -p /data && chown clapvert:clapvert /data
COPY --from=build /opt/clapvert /opt/clapvert
COPY docker/start.sh /usr/local/bin/clapvert-start
ENV PATH="/opt/clapvert/bin:$PATH" \
    CLAPVERT_DATA_DIR=/data/clapvert \
    CLAPVERT_MODEL_DIR=/data/models \
    CLAPVERT_HOST=0.0.0.0 \
    CLAPVERT_PORT=8000
USER 10001:10001
WORKDIR /home/clapvert
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=600s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
ENTRYPOINT ["clapvert-start"]
CMD ["serve"]
