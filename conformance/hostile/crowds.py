"""What many do, or one does too often: small requests for much, piled-up requests, silent readers."""

import time

from checks import eventually
from wire import (
    API_VERSIONS, CREATE_TOPICS, DESCRIBE_CONFIGS, DESCRIBE_LOG_DIRS, FETCH, I8, I16, I32, I64,
    INCREMENTAL_ALTER_CONFIGS, METADATA, Connection, Silent, array, header, string,
)
