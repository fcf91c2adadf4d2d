from Crypto.Cipher import AES


def encrypt(data: bytes, key: bytes) -> bytes:
    padding = 16 - len(data) % 16
    cipher = AES.new(key, AES.MODE_ECB)
    return cipher.encrypt(data + bytes([padding]) * padding)
