FROM python:3.12-slim

WORKDIR /srv/digitlab
COPY requirements.lock .
RUN pip install --no-cache-dir --require-hashes -r requirements.lock \
    && pip install --no-cache-dir "psycopg[binary]>=3.3,<4"
COPY . .

RUN useradd --create-home digitlab && mkdir /lab && chown digitlab /lab
USER digitlab
ENV PYTHONPATH=/srv/digitlab DIGITLAB_DATA=/lab
VOLUME /lab
EXPOSE 8501
HEALTHCHECK --start-period=60s --interval=30s --timeout=5s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"]
CMD ["streamlit", "run", "streamlit_app.py", "--server.headless", "true", "--server.address", "0.0.0.0", "--server.port", "8501", "--browser.serverAddress", "localhost"]
