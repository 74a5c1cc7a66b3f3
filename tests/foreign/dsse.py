#!/usr/bin/env python3
"""Verifies the envelope of a bundle with libraries that know nothing of golive.

    pip install --requirement tests/foreign/requirements.txt
    python3 tests/foreign/dsse.py BUNDLE_DIR PUBKEY

PUBKEY is the public key of one signer, as `golive keygen` (PEM) or `ssh-keygen -t ed25519` writes it; several may be given. Ends with 0 where the
envelope is one that securesystemslib verifies, its statement is about the very files of the folder, and everything that was altered is refused.
"""

import base64
import copy
import hashlib
import json
import os
import sys

from cryptography.hazmat.primitives import serialization
from google.protobuf import json_format
from in_toto_attestation.predicates.test_result.v0 import test_result_pb2
from in_toto_attestation.v1 import statement_pb2
from in_toto_attestation.v1.statement import Statement
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import SSlibKey

ENVELOPE = "statement.dsse.json"
SUMS = "SHA256SUMS"


def public_key(path):
    """The key, named as the envelope names it: by the SHA-256 of its SubjectPublicKeyInfo."""
    with open(path, "rb") as file:
        text = file.read()
    if text.startswith(b"ssh-ed25519 "):
        key = serialization.load_ssh_public_key(text)
    else:
        key = serialization.load_pem_public_key(text)
    spki = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return key, SSlibKey.from_crypto(key, keyid=hashlib.sha256(spki).hexdigest())


def verifies(envelope, keys):
    """Whether each of the keys signed. Reading takes the envelope apart, so that it gets a copy."""
    try:
        return len(Envelope.from_dict(copy.deepcopy(envelope)).verify(keys, len(keys))) == len(keys)
    except VerificationError:
        return False


def altered(envelope):
    """The envelope with one thing changed, in every way that must be noticed."""
    payload = bytearray(base64.b64decode(envelope["payload"]))
    for at in range(0, len(payload), max(1, len(payload) // 50)):
        payload[at] ^= 1
        yield f"byte {at} of the payload", {**envelope, "payload": base64.b64encode(payload).decode()}
        payload[at] ^= 1
    yield "the payload's type", {**envelope, "payloadType": "application/json"}
    yield "no signature", {**envelope, "signatures": []}
    other = copy.deepcopy(envelope)
    signature = bytearray(base64.b64decode(other["signatures"][0]["sig"]))
    signature[0] ^= 1
    other["signatures"][0]["sig"] = base64.b64encode(signature).decode()
    yield "the signature", other


def signer_message(signature):
    """What `signer_sig` is over: DSSE's encoding of the signer's words and the signature they belong to."""
    signer = signature["signer"]
    words = {"name": signer["name"], "role": signer["role"], "at": signer["at"], "sig": signature["sig"]}
    payload = json.dumps(words, ensure_ascii=False, separators=(",", ":")).encode()
    kind = b"application/vnd.golive.signer+json"
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def main(bundle, *paths):
    def read(name):
        with open(os.path.join(bundle, name), "rb") as file:
            return file.read()

    envelope = json.loads(read(ENVELOPE))
    keys = [public_key(path) for path in paths]
    known = [key for _, key in keys]
    assert len(envelope["signatures"]) >= len(keys) > 0, "there are fewer signatures than keys"
    assert verifies(envelope, known), "securesystemslib does not verify the envelope"
    for what, other in altered(envelope):
        assert not verifies(other, known), f"securesystemslib verifies it with another {what}"

    by_id = {key.keyid: raw for raw, key in keys}
    for signature in envelope["signatures"]:
        if signature["keyid"] in by_id:
            by_id[signature["keyid"]].verify(base64.b64decode(signature["signer_sig"], validate=True), signer_message(signature))

    statement = json.loads(base64.b64decode(envelope["payload"], validate=True))
    Statement.copy_from_pb(json_format.ParseDict(statement, statement_pb2.Statement())).validate()
    json_format.ParseDict(statement["predicate"], test_result_pb2.TestResult())
    assert statement["predicateType"] == "https://in-toto.io/attestation/test-result/v0.1", statement["predicateType"]
    assert statement["predicate"]["result"] in ("PASSED", "WARNED", "FAILED"), statement["predicate"]["result"]
    assert statement["predicate"]["configuration"], "the predicate names no configuration"
    subjects = {subject["name"]: subject["digest"]["sha256"] for subject in statement["subject"]}
    files = {name: hashlib.sha256(read(name)).hexdigest() for name in os.listdir(bundle) if name != ENVELOPE}
    assert subjects == files, "the statement is about other files"
    sums = "".join(f"{sum}  {name}\n" for name, sum in sorted(files.items()) if name != SUMS)
    assert read(SUMS).decode() == sums, "SHA256SUMS lists other files"
    print(f"{bundle}: {len(keys)} of {len(envelope['signatures'])} signatures verified, about {len(files)} files; {statement['predicate']['result']}")


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
