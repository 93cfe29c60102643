"""`touchline manager …`: accounts for the console, from the command line."""

import json

import click

from service import clock
from service.cli.house import transaction
