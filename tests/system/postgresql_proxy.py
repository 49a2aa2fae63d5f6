# SPDX-License-Identifier: MIT
"""Between a daemon and PostgreSQL: a line that can be cut, and that can swallow an answer in its middle."""
import os
import pathlib
import select
import socket
import threading

PIECE = 65536


class _Line:
    def __init__(self, client, server):
        self.client, self.server = client, server
        self.asked = b""
        self.mute = False

    def close(self):
        for end in (self.client, self.server):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


class PostgresqlProxy:
    """Listens in `folder` as PostgreSQL does; the server is that of the environment."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir()
        name = f".s.PGSQL.{os.environ['PGPORT']}"
        self.server_path = f"{os.environ['PGHOST']}/{name}"
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(self.folder / name))
        self.listener.listen(50)
        self.lock = threading.Lock()
        self.lines = []
        self.is_cut = False
        self.swallow = None  # answers to a question with these words are never heard
        threading.Thread(target=self._accept, daemon=True).start()

    def uri(self, database, user):
        return f"postgresql:///{database.name}?host={self.folder}&port={os.environ['PGPORT']}&user={user}"

    def cut(self):
        """All lines end, and so does each new one: not the answer of a server that is down."""
        with self.lock:
            self.is_cut = True
        self.hang_up()

    def hang_up(self):
        """All lines end; new ones are good."""
        with self.lock:
            lines, self.lines = self.lines, []
        for line in lines:
            line.close()

    def swallowing(self):
        """How many lines there are whose server is not heard any more."""
        with self.lock:
            return sum(line.mute for line in self.lines)

    def close(self):
        self.cut()
        self.listener.close()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        with client, socket.socket(socket.AF_UNIX) as server:
            with self.lock:
                if self.is_cut:
                    return
            server.connect(self.server_path)
            line = _Line(client, server)
            with self.lock:
                self.lines.append(line)
            try:
                while self._carry(line):
                    pass
            except OSError:
                pass

    def _carry(self, line):
        ends = [line.client] if line.mute else [line.client, line.server]
        for end in select.select(ends, [], [])[0]:
            piece = end.recv(PIECE)
            if not piece:
                return False
            if end is line.server:
                line.client.sendall(piece)
                continue
            line.asked = line.asked[-1000:] + piece
            line.server.sendall(piece)
            with self.lock:
                line.mute = line.mute or (self.swallow is not None and self.swallow in line.asked)
        return True
