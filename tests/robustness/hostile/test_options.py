# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options: whatever YAML can write into one, a module ends in a result or in one sentence."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from in_process import PACKAGE

from ..module_process import LEAST_OPTIONS, MODULE_NAMES
from .connections import no_connections
from .in_process import connect, play
from .profile import examples
from .strategies import json_values, scalars, texts

CONNECTION = ("api_token", "bearer_token", "region", "api_url", "auth_url", "max_wait", "validate_certs", "ca_path")
ITEM = ("name", "project_id", "new_name", "default", "state", "nonsense")
values = st.one_of(
    json_values,
    st.sampled_from(("yes", "no", "on", "1", "0", "1e400", "-1", "inf", "nan", "a" * 100_000, [[]], [{}], [None], {})),
)
items = st.one_of(
    json_values,
    st.lists(
        st.one_of(st.dictionaries(st.sampled_from(ITEM), st.one_of(scalars, json_values)), json_values), max_size=4
    ),
)


def options_of(module: str) -> list[str]:
    return [*getattr(import_module(f"{PACKAGE}.{module}"), "ARGUMENT_SPEC", {}), *CONNECTION, "nonsense"]


@pytest.fixture(scope="module")
def me(sim: Any) -> Any:
    return sim.add_account("mireille")


def run(sim: Any, module: str, arguments: dict[str, Any], check: bool) -> None:
    with no_connections(loopback=True):
        played = play(module, arguments, check=check, no_log=module == "scalingo_login")
    assert not check or all(one.method == "GET" or one.host == "auth" for one in sim.requests)
    assert isinstance(played.changed, bool)


@examples(250)
@given(data=st.data(), module=st.sampled_from(MODULE_NAMES), check=st.booleans())
def test_one_option_of_any_type(sim: Any, me: Any, data: Any, module: str, check: bool) -> None:
    sim.reset()
    option = data.draw(st.sampled_from(options_of(module)))
    value = data.draw(items if option == "projects" else values)
    if option in ("wait_timeout", "timeout") and not isinstance(value, str):
        value = str(value)
    run(sim, module, {**LEAST_OPTIONS[module], **connect(sim, me), option: value}, check)


@examples(120)
@given(data=st.data(), module=st.sampled_from(MODULE_NAMES), check=st.booleans())
def test_all_options_of_any_type(sim: Any, me: Any, data: Any, module: str, check: bool) -> None:
    sim.reset()
    own = [option for option in options_of(module) if option not in (*CONNECTION, "nonsense", "wait", "wait_timeout")]
    given_ = {option: data.draw(st.one_of(values, st.none(), texts)) for option in own}
    run(sim, module, {**given_, **connect(sim, me)}, check)


@examples(80)
@given(name=st.sampled_from(("timeout", "max_wait", "wait_timeout")), value=st.one_of(scalars, st.floats()))
def test_seconds_of_any_type(sim: Any, me: Any, name: str, value: Any) -> None:
    sim.reset()
    arguments = {**connect(sim, me), name: value, "project_name": "nothing", "new_owner": "nobody"}
    run(sim, "scalingo_project_transfer", arguments, True)
