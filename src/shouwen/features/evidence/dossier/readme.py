"""README.txt of a dossier: how anyone checks it, with our tools and without."""

from shouwen.features.evidence.seals.note import VerifierKey

_TEXT = """{title}
案件 / Case: {case}

这是一份可以自证的证据包：里面的每个文件都列在 manifest.json 中，清单的哈希封存在一份只增不改、带签名的日志里。
任何一个字节被改动、删除、增加或对调，核验都会指出是哪一个文件。

怎样核验（不需要联网）
1. 先把 verify.html 解压出来，用浏览器打开，再把整个 zip 文件拖进去（请不要先解压再重新压缩）。
2. 或者运行：shouwen dossier verify <文件.zip>
3. 核对日志公钥指纹是否与平台公布的一致（平台网址后加 /log-key 可以看到）：
   {fingerprint}

How to check it (offline)
1. Take verify.html out of the zip, open it in a browser and drop the whole zip onto it (do not repack it).
2. Or run: shouwen dossier verify <file.zip>
3. Compare the log key's fingerprint above with the one the platform publishes (its address followed by /log-key).

Without our tools
- every file:      sha256sum <file>, compare with manifest.json
- a proof:         proofs/*.tlog-proof and manifest.tlog-proof are C2SP tlog-proof@v1, the key is log.vkey;
                   an entry's leaf is the canonical JSON (RFC 8785) of id, kind, at, v and
                   content_hash = SHA-256(salt || canonical JSON of content), both in entries/<id>.json
- a timestamp:     cd timestamps; openssl ts -verify -data N.checkpoint -in N.tsr -CAfile N.chain.pem
"""


def readme_text(case_ref: str, title_zh: str, key: VerifierKey) -> str:
    """The text for one dossier."""
    return _TEXT.format(title=title_zh, case=case_ref, fingerprint=key.fingerprint())
