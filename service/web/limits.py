"""How often one address may ask; counted in each web process, so that it holds with Redis away."""

from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

limiter = Limiter(key_func=get_remote_address, strategy="moving-window", headers_enabled=False)

# A household or an office may share an address, so these stop floods, not people.
SIGN_UP = "30 per minute; 200 per hour"
SIGN = "30 per minute"
