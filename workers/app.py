"""The Celery app: three queues, ids only, no results, no retries; a lost task costs seconds, never work."""

import gc
import os
import sys
import warnings

from celery import Celery
from celery.apps.worker import Worker
from celery.exceptions import CPendingDeprecationWarning, SecurityWarning
from celery.signals import celeryd_after_setup, celeryd_init, setup_logging, worker_process_init
from kombu import Exchange, Queue

from service.domain.errand import QUEUES
from service.domain.errand import Queue as QueueName
from service.environment import SettingsError
from service.logs import set_up_logs
from service.nudges import TRANSPORT
from service.settings import load_settings
from workers.standby import StandBy

app = Celery("touchline", broker=os.environ.get("REDIS_URL"), set_as_current=True)
app.conf.update(
    include=["workers.errands.sending", "workers.errands.listening", "workers.errands.planning"],
    broker_transport="workers.transport:NudgeTransport",
    broker_transport_options=TRANSPORT,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    # A Redis that answers with an error (a full disk, a replica, loading) is away, as one that does not answer.
    broker_channel_error_retry=True,
    # Nobody steers workers through the broker.
    worker_enable_remote_control=False,
    broker_pool_limit=4,
    task_publish_retry=False,
    task_ignore_result=True,
    result_backend=None,
    task_serializer="json",
    accept_content=["json"],
    enable_utc=True,
    timezone="UTC",
    # A nudge that is delivered again adds nothing: leases in Postgres recover the work sooner.
    task_acks_late=False,
    worker_prefetch_multiplier=1,
    task_soft_time_limit=45,
    task_time_limit=60,
    worker_max_tasks_per_child=2000,
    worker_max_memory_per_child=400_000,
    worker_soft_shutdown_timeout=25,
    worker_enable_soft_shutdown_on_idle=True,
    # Killing a call half-way would make doubts of what was no doubt.
    worker_cancel_long_running_tasks_on_connection_loss=False,
    worker_send_task_events=False,
    worker_hijack_root_logger=False,
    task_queues=[Queue(str(name), Exchange("touchline"), routing_key=str(name)) for name in QueueName],
    task_routes={str(errand): {"queue": str(name)} for errand, name in QUEUES.items()},
    task_default_queue=str(QueueName.PROMPT),
    task_create_missing_queues=False,
)

app.steps["worker"].add(StandBy)

# Celery warns whoever runs as root that pickled tasks could do anything; only JSON is accepted here, and in a
# container root is often all there is. Twenty lines of warning above the addresses looked like a fault.
warnings.filterwarnings("ignore", category=SecurityWarning)


# A batch of a thousand makes seven thousand short-lived objects, none of them in a circle: by default the collector
# would look for circles ten times a batch, which is a seventh of a worker's time (docs/performance.md).
_COLLECT_AFTER = (50_000, 20, 20)


def collect_seldom() -> None:
    """Leave what was loaded at the start out of collections, and collect seldom."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECT_AFTER)


@celeryd_init.connect
def check_settings(**_: object) -> None:
    """A worker is about to start: a setting that is missing or malformed ends it here, and is named."""
    try:
        settings = load_settings()
        settings.needed_database_url  # noqa: B018 - raises where there is none
        if settings.redis_url is None:
            # Celery would look for a broker on this machine, which may be somebody else's.
            raise SettingsError("REDIS_URL: not set; `touchline up` sets it for the processes it starts")
    except SettingsError as wrong:
        sys.stderr.write(f"touchline: {wrong}\n")
        raise SystemExit(1) from wrong


@worker_process_init.connect
def begin_process(**_: object) -> None:
    """A worker process has begun."""
    collect_seldom()


@celeryd_after_setup.connect
def keep_to_what_was_set(**_: object) -> None:
    """Celery tells in ten lines, at each loss of the broker, what it will do one day with a setting we have set."""
    warnings.filterwarnings("ignore", category=CPendingDeprecationWarning)


@celeryd_after_setup.connect
def listen_beside_bulk(instance: Worker, **_: object) -> None:
    """Whoever works on bulk recovers texts too, taking turns: no process of its own, and none of the prompt ones."""
    queues = instance.app.amqp.queues
    if str(QueueName.BULK) in queues.consume_from:
        queues.select_add(str(QueueName.LISTENING))


@setup_logging.connect
def keep_our_logs(**_: object) -> None:
    """Masked lines from workers too."""
    set_up_logs(os.environ.get("LOG_LEVEL", "").strip().upper() or "INFO")
