"""The part of `Module` that walks: over modules, parameters and buffers, and to those with a given name.

Read next: `nn.modules.module`.
"""


class WalkMethods:
    """Finding what is in a module and below it."""

    def named_modules(self, memo=None, prefix="", remove_duplicate=True):
        """Every module below and including this one, with its dotted name; shared ones once if remove_duplicate."""
        memo = set() if memo is None else memo
        if self in memo:
            return
        if remove_duplicate:
            memo.add(self)
        yield prefix, self
        for name, child in self._modules.items():
            if child is not None:
                yield from child.named_modules(memo, f"{prefix}.{name}" if prefix else name, remove_duplicate)

    def modules(self, remove_duplicate=True):
        """Every module below and including this one."""
        for _, module in self.named_modules(remove_duplicate=remove_duplicate):
            yield module

    def named_children(self):
        """The direct children with their names, shared ones once."""
        seen = set()
        for name, child in self._modules.items():
            if child is not None and child not in seen:
                seen.add(child)
                yield name, child

    def children(self):
        """The direct children."""
        for _, child in self.named_children():
            yield child

    def _named_members(self, get_members_fn, prefix="", recurse=True, remove_duplicate=True):
        seen = set()
        owners = self.named_modules(prefix=prefix, remove_duplicate=remove_duplicate) if recurse else [(prefix, self)]
        for owner_name, owner in owners:
            for name, member in get_members_fn(owner):
                if member is None or id(member) in seen:
                    continue
                if remove_duplicate:
                    seen.add(id(member))
                yield f"{owner_name}.{name}" if owner_name else name, member

    def named_parameters(self, prefix="", recurse=True, remove_duplicate=True):
        """Parameters with their dotted names, in the order they were registered.

        prefix: put before every name. recurse: also those of children. remove_duplicate: shared ones once.
        """
        return self._named_members(lambda owner: owner._parameters.items(), prefix, recurse, remove_duplicate)

    def parameters(self, recurse=True):
        """Parameters, each once, in the order they were registered."""
        for _, parameter in self.named_parameters(recurse=recurse):
            yield parameter

    def named_buffers(self, prefix="", recurse=True, remove_duplicate=True):
        """Buffers with their dotted names; arguments as for `named_parameters`."""
        return self._named_members(lambda owner: owner._buffers.items(), prefix, recurse, remove_duplicate)

    def buffers(self, recurse=True):
        """Buffers, each once."""
        for _, buffer in self.named_buffers(recurse=recurse):
            yield buffer

    def get_submodule(self, target):
        """The module with a dotted name below this one; itself for "". Raises AttributeError if there is none."""
        found = self
        for part in target.split(".") if target else ():
            if not hasattr(found, part):
                raise AttributeError(f"{found._get_name()} has no attribute `{part}`")
            found = getattr(found, part)
            if not isinstance(found, WalkMethods):
                raise AttributeError(f"`{part}` is not an nn.Module")
        return found

    def set_submodule(self, target, module, strict=False):
        """Puts a module in the place of the one with a dotted name. strict: there must be one already."""
        if target == "":
            raise ValueError("Cannot set the submodule without a target name!")
        path, _, name = target.rpartition(".")
        if not isinstance(module, WalkMethods):
            raise ValueError(f"`module` is not an nn.Module, found {type(module)}")
        owner = self.get_submodule(path)
        if strict and not hasattr(owner, name):
            raise AttributeError(f"{owner._get_name()} has no attribute `{name}`")
        if hasattr(owner, name) and not isinstance(getattr(owner, name), WalkMethods):
            raise AttributeError(f"`{name}` is not an nn.Module")
        setattr(owner, name, module)

    def _get_member(self, target, kind, word):
        path, _, name = target.rpartition(".")
        owner = self.get_submodule(path)
        if not hasattr(owner, name):
            raise AttributeError(f"{owner._get_name()} has no attribute `{name}`")
        if name not in owner.__dict__[kind]:
            raise AttributeError(f"`{name}` is not {word}")
        return owner.__dict__[kind][name]

    def get_parameter(self, target):
        """The parameter with a dotted name. Raises AttributeError if there is none."""
        return self._get_member(target, "_parameters", "an nn.Parameter")

    def get_buffer(self, target):
        """The buffer with a dotted name. Raises AttributeError if there is none."""
        return self._get_member(target, "_buffers", "a buffer")

    def apply(self, fn):
        """Calls `fn(module)` on every module, children first. Returns self.

        >>> net.apply(lambda m: torch.nn.init.zeros_(m.bias) if isinstance(m, torch.nn.Linear) else None)
        """
        for child in self.children():
            child.apply(fn)
        fn(self)
        return self
