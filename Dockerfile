# The service alone: its PostgreSQL is another container (docker-compose.yml).
FROM python:3.11-slim

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
WORKDIR /srv
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes --requirement requirements.lock
COPY alembic.ini ./
COPY alembic ./alembic
COPY service ./service

RUN useradd --system --no-create-home service && install --directory --owner=service --mode=0700 /keys
USER service
EXPOSE 8000
CMD ["python", "-m", "service", "serve"]
