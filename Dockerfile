FROM python:3.11-slim AS packages
RUN python -m venv /opt/venv
COPY requirements.txt .
RUN /opt/venv/bin/pip install --no-cache-dir --require-hashes -r requirements.txt

FROM python:3.11-slim
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    PRODUCTION=1 DATA_DIR=/data HOST=0.0.0.0 PORT=8000
RUN useradd --uid 10001 --no-create-home helpdesk && install -d -o helpdesk /data
COPY --from=packages /opt/venv /opt/venv
WORKDIR /srv/helpdesk
COPY . .
# Static files belong to the code, not to the data: they are collected into the image. The key signs nothing.
ENV STATIC_ROOT=/srv/static
RUN SECRET_KEY=only-while-the-image-is-built python manage.py collectstatic --noinput
USER helpdesk
VOLUME /data
EXPOSE 8000
CMD ["python", "manage.py", "serve"]
