import argparse
import ast


def preprocess_inputs(expressions: str) -> dict[str, object]:
    """Read `name=value;name=value`, the values as Python literals."""
    inputs = {}
    for pair in filter(None, expressions.split(";")):
        name, _, expression = pair.partition("=")
        inputs[name.strip()] = ast.literal_eval(expression)
    return inputs


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--input_exprs", default="")
    print(preprocess_inputs(parser.parse_args().input_exprs))
