"""Exit with 0 when the web process of this container can serve, as a container health check."""

import os
import urllib.request

host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].strip().lstrip(".")
url = f"http://127.0.0.1:{os.environ.get('PORT', '8000')}/readyz"
urllib.request.urlopen(urllib.request.Request(url, headers={"Host": host}), timeout=3)
