import threading
class Stats:
    def __init__(self):
        self._lock = threading.Lock()
        self.n = 0
    def bump(self):
        with self._lock:
            self.n += 1
STATS = Stats()
