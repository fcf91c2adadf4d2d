import paramiko


def run(host: str, user: str, command: str) -> str:
    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
    client.connect(host, username=user)
    _, output, _ = client.exec_command(command)
    return output.read().decode()
