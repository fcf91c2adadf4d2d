import paramiko


def run(host: str, user: str, command: str) -> str:
    client = paramiko.SSHClient()
    client.load_system_host_keys()
    client.set_missing_host_key_policy(paramiko.RejectPolicy())
    client.connect(host, username=user)
    _, output, _ = client.exec_command(command)
    return output.read().decode()
