#!/usr/bin/env python3
"""An endpoint that gives out tokens (RFC 6749, 4.4), good and bad ones by the path that is asked, and notes every
request: `tokens.py DIR PORT TLS_PORT CERTIFICATE KEY`. In DIR it leaves jwks.json, the key that signs, for the
broker, and requests.log. Needs openssl."""
import base64, http.server, json, ssl, subprocess, sys, threading, time

DIR, PORT, TLS_PORT, CERTIFICATE, KEY = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], sys.argv[5]
SIGNER = DIR + "/signer.key"
CREDENTIALS = {"my@id:s:e c&ret-secret", "my%40id:s%3Ae+c%26ret-secret"}
asked = {}


def encoded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def openssl(*args, data=b""):
    return subprocess.run(["openssl", *args], input=data, capture_output=True, check=True).stdout


def signed(seconds):
    now = int(time.time())
    claims = {"sub": "alice", "aud": "kafka", "iss": "http://localhost", "scope": ["read", "write"], "iat": now, "exp": now + seconds}
    text = encoded(json.dumps({"alg": "RS256", "kid": "one"}).encode()) + "." + encoded(json.dumps(claims).encode())
    return text + "." + encoded(openssl("dgst", "-sha256", "-sign", SIGNER, data=text.encode()))


def answer(path, authorization):
    """Status and body for a request, the asked-th of this path."""
    asked[path] = asked.get(path, 0) + 1
    given = base64.b64decode(authorization.removeprefix("Basic ")).decode()
    if path == "/denied" or given not in CREDENTIALS:
        return 401, {"error": "invalid_client", "error_description": "not you: " + given + " " + authorization}
    if path == "/flaky" and asked[path] <= 2:
        return 500, {"error": "busy"}
    if path == "/broken":
        return 503, {"error": "busy"}
    if path == "/garbage":
        return 200, "<html>hello</html>"
    if path == "/unsigned":
        return 200, {"access_token": signed(600).rsplit(".", 1)[0] + "."}
    if path == "/slow":
        time.sleep(3)
    return 200, {"access_token": signed({"/short": 12, "/expired": -60}.get(path, 600)), "token_type": "Bearer", "expires_in": 600}


class Endpoint(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        with open(DIR + "/requests.log", "a") as log:
            log.write(json.dumps({"at": time.time(), "path": self.path, "headers": dict(self.headers), "body": body}) + "\n")
        status, said = answer(self.path, self.headers.get("authorization", ""))
        data = (said if isinstance(said, str) else json.dumps(said)).encode()
        self.send_response(status)
        if self.path == "/chunked":
            self.send_header("transfer-encoding", "chunked")
            self.end_headers()
            for at in range(0, len(data), 100):
                part = data[at:at + 100]
                self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
            self.wfile.write(b"0\r\n\r\n")
        else:
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    def log_message(self, *_):
        pass


def main():
    openssl("genrsa", "-out", SIGNER, "2048")
    modulus = bytes.fromhex(openssl("rsa", "-in", SIGNER, "-noout", "-modulus").decode().strip().split("=")[1])
    key = {"kty": "RSA", "kid": "one", "alg": "RS256", "use": "sig", "n": encoded(modulus), "e": "AQAB"}
    with open(DIR + "/jwks.json", "w") as file:
        json.dump({"keys": [key]}, file)
    with open(DIR + "/token", "w") as file:
        file.write(signed(600) + "\n")
    secured = http.server.ThreadingHTTPServer(("localhost", TLS_PORT), Endpoint)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE, KEY)
    secured.socket = context.wrap_socket(secured.socket, server_side=True)
    threading.Thread(target=secured.serve_forever, daemon=True).start()
    http.server.ThreadingHTTPServer(("localhost", PORT), Endpoint).serve_forever()


main()
