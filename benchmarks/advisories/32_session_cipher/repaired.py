from Crypto.Cipher import AES


def encrypt(data: bytes, key: bytes) -> bytes:
    cipher = AES.new(key, AES.MODE_GCM)
    sealed, tag = cipher.encrypt_and_digest(data)
    return cipher.nonce + tag + sealed
