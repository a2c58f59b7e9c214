"""Answer on AWS Lambda, which calls ``handler``: an HTTP API, a load balancer or a function URL asks the service."""

import os
from pathlib import Path

from flights.service.app import create_app
from mangum import Mangum

LOGS = Path("/tmp/logs")

os.chdir(os.environ["LAMBDA_TASK_ROOT"])
handler = Mangum(create_app(Path.cwd(), LOGS), lifespan="auto")
