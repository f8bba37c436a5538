"""Lets nobody write to a SQLite file until its input ends. Everybody may read."""

import sqlite3
import sys

store = sqlite3.connect(sys.argv[1], isolation_level=None)
store.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
store.execute("ROLLBACK")
