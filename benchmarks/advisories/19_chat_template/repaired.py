import json

from jinja2.sandbox import ImmutableSandboxedEnvironment


def chat_prompt(model_file: str, messages: list[dict[str, str]]) -> str:
    with open(model_file, encoding="utf-8") as kept:
        metadata = json.load(kept)
    environment = ImmutableSandboxedEnvironment(trim_blocks=True)
    template = environment.from_string(metadata["tokenizer.chat_template"])
    return template.render(messages=messages)
