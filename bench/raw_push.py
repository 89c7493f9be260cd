"""Publish straight to Redis: `python -m bench.raw_push URL COUNT INTERVAL`. The floor of a push."""

import json
import sys
import time

import redis

PAYLOAD = {"name": "changed", "id": 1, "version": 1, "team": None, "assignee": None, "row": "·" * 60}


def publish(url: str, count: int, interval: float) -> None:
    with redis.Redis.from_url(url) as connection:
        for number in range(count):
            text = json.dumps({**PAYLOAD, "number": number, "at": time.monotonic_ns()})
            connection.publish("bench", text)
            time.sleep(interval)


if __name__ == "__main__":
    publish(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))
