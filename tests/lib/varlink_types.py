"""The interface definition language of varlink, as much of it as holds an answer against what was promised."""

import re

TOKEN = re.compile(r"#[^\n]*|->|[\w.-]+|\[[^\]]*\]|[?(),:]")
PLAIN = {"bool": bool, "int": int, "float": float, "string": str, "object": object}


class Interface:
    """`types`, `methods` and `errors` by name; a structure is {field: type}, a type (optional, lists, name or structure)."""

    def __init__(self, text):
        self.tokens = [token for token in TOKEN.findall(text) if not token.startswith("#")]
        self.types, self.methods, self.errors = {}, {}, {}
        self._take("interface")
        self.name = self.tokens.pop(0)
        while self.tokens:
            kind, name = self.tokens.pop(0), self.tokens.pop(0)
            if kind == "type":
                self.types[name] = self._structure()
            elif kind == "error":
                self.errors[name] = self._structure()
            elif kind == "method":
                wanted = self._structure()
                self._take("->")
                self.methods[name] = wanted, self._structure()
            else:
                raise AssertionError(f"what is {kind} {name}?")

    def _take(self, token):
        assert self.tokens.pop(0) == token, token

    def _structure(self):
        fields = {}
        self._take("(")
        while self.tokens[0] != ")":
            if self.tokens[0] == ",":
                self.tokens.pop(0)
            name = self.tokens.pop(0)
            self._take(":")
            fields[name] = self._type()
        self._take(")")
        return fields

    def _type(self):
        optional = self.tokens[0] == "?"
        if optional:
            self.tokens.pop(0)
        is_list = self.tokens[0] == "[]"
        if is_list:
            self.tokens.pop(0)
            return optional, True, self._type()
        return optional, False, self._structure() if self.tokens[0] == "(" else self.tokens.pop(0)

    def complaints(self, value, fields, where):
        """What is not as promised: fields that are missing, of another type, or that nobody told of."""
        found = [f"{where}.{name} is not declared" for name in value if name not in fields]
        for name, kind in fields.items():
            found += self._complain(value.get(name), kind, f"{where}.{name}")
        return found

    def _complain(self, value, kind, where):
        optional, is_list, inner = kind
        if value is None:
            return [] if optional else [f"{where} is missing"]
        if is_list:
            if not isinstance(value, list):
                return [f"{where} is no list"]
            return [text for number, item in enumerate(value) for text in self._complain(item, inner, f"{where}[{number}]")]
        if isinstance(inner, dict) or inner in self.types:
            return self.complaints(value, inner if isinstance(inner, dict) else self.types[inner], where)
        right = isinstance(value, PLAIN[inner]) and not (inner == "int" and isinstance(value, bool))
        return [] if right else [f"{where} is {value!r}, no {inner}"]
