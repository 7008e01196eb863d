# Two stages: Node builds the styles, Python runs the service. Not built yet anywhere: see README.

FROM node:22-slim AS styles
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev
COPY styles styles
RUN mkdir -p static/built && npm run build

FROM python:3.11-slim AS service
ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    BEAT_FILE=/var/lib/alternative-provision/beat/schedule \
    DOCUMENTS_ROOT=/var/lib/alternative-provision/documents
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin ap \
    && install -d -o ap -g ap -m 700 /var/lib/alternative-provision/beat \
        /var/lib/alternative-provision/documents
WORKDIR /srv/alternative-provision

# The lock alone first: the layer is made anew only when a dependency changes.
COPY requirements/base.txt requirements/base.txt
RUN pip install --no-cache-dir --require-hashes -r requirements/base.txt

COPY . .
COPY --from=styles /build/static/built static/built
# The key is for this one command: it signs nothing, and is in no layer's environment.
RUN SECRET_KEY=only-for-collectstatic python manage.py collectstatic --noinput --verbosity 0 \
    && python -m compileall -q accounts apsystem attendance outreach placements pupils \
        referrals reintegration reporting

USER ap
EXPOSE 8000
# No access log: addresses hold what people search for, which is children's names.
CMD ["gunicorn", "apsystem.wsgi", "--bind=0.0.0.0:8000", "--workers=3", "--threads=4", \
     "--worker-tmp-dir=/dev/shm", "--max-requests=2000", "--max-requests-jitter=200"]
