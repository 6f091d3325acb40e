# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is written down in two places must say the same in both."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.community.scalingo.plugins.doc_fragments._connection import ModuleDocFragment
from ansible_collections.community.scalingo.plugins.lookup import project_info
from ansible_collections.community.scalingo.plugins.module_utils._http.transport import VERSION
from ansible_collections.community.scalingo.plugins.module_utils._options import CONNECTION_SPEC, from_sources

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("*.py"))
PLUGIN_OPTIONS: dict[str, Any] = yaml.safe_load(ModuleDocFragment.PLUGIN)["options"]
CONNECTION_OPTIONS: dict[str, Any] = yaml.safe_load(ModuleDocFragment.DOCUMENTATION)["options"]


def load(path: str) -> Any:
    return yaml.safe_load((ROOT / path).read_text())


def test_every_module_is_in_the_action_group() -> None:
    assert sorted(load("meta/runtime.yml")["action_groups"]["all"]) == MODULES


def test_the_user_agent_has_the_version_of_the_collection() -> None:
    assert load("galaxy.yml")["version"] == VERSION


def test_readme_lists_everything() -> None:
    readme = (ROOT / "README.md").read_text()
    listed = re.findall(r"^\| (module|lookup|role|playbook) `community\.scalingo\.(\w+)`", readme, re.MULTILINE)
    there = {kind: f"plugins/{kind}{end}/*.py" for kind, end in (("module", "s"), ("lookup", ""))}
    there |= {"role": "roles/*", "playbook": "playbooks/*.yml"}
    assert sorted(listed) == sorted((kind, path.stem) for kind, found in there.items() for path in ROOT.glob(found))
    (filters,) = re.findall(r"^\| filters (.*?) \|", readme, re.MULTILINE)
    assert sorted(re.findall(r"(\w+)`", filters)) == sorted(path.stem for path in ROOT.glob("plugins/filter/*.yml"))


def forms(options: dict[str, Any]) -> dict[str, Any]:
    return {name: [option.get(key) for key in ("type", "choices", "default")] for name, option in options.items()}


def test_documentation_and_argument_spec_of_the_connection_agree() -> None:
    assert forms(CONNECTION_OPTIONS) == forms(CONNECTION_SPEC)


@pytest.mark.parametrize("option", CONNECTION_SPEC)
def test_the_variable_of_a_connection_option_is_the_same_everywhere(
    option: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (documented,) = [entry["name"] for entry in PLUGIN_OPTIONS[option]["env"]]
    monkeypatch.setenv(documented, "from-the-environment")
    found, names = from_sources({})
    assert (found[option], names[option]) == ("from-the-environment", documented)
    assert f"E({documented})" in "".join(CONNECTION_OPTIONS[option]["description"])


def test_the_ansible_variables_of_the_lookup_are_documented() -> None:
    documented = {
        name: [entry["name"] for entry in option["vars"]] for name, option in PLUGIN_OPTIONS.items() if "vars" in option
    }
    assert documented == {name: [variable] for name, variable in project_info.VARIABLES.items()}


@pytest.mark.parametrize("module", MODULES)
def test_documentation_and_argument_spec_of_a_module_agree(module: str) -> None:
    plugin = importlib.import_module(f"ansible_collections.community.scalingo.plugins.modules.{module}")
    assert forms(yaml.safe_load(plugin.DOCUMENTATION)["options"]) == forms(plugin.ARGUMENT_SPEC)


def test_only_one_file_knows_ansible_module() -> None:
    texts = {path.name: path.read_text() for path in (ROOT / "plugins").rglob("*.py")}
    assert [name for name, text in texts.items() if re.search(r"\bAnsibleModule\b", text)] == ["_module.py"]


ROOT_OF_UTILS = ROOT / "plugins" / "module_utils"


def layers() -> list[list[str]]:
    """The files of each layer of `module_utils`, the highest first, as CONTRIBUTING lists them."""
    table = (ROOT / "CONTRIBUTING.md").read_text().partition("\n| layer | files |\n|---|---|\n")[2]
    return [re.findall(r"`([\w/]+)`", row.split("|")[2]) for row in table.partition("\n\n")[0].splitlines()]


def unit_of(file: str) -> str:
    """What the table has for a file: itself, or its directory."""
    return file if [file] in layers() else file.partition("/")[0]


def uses() -> dict[str, set[str]]:
    """What is imported by each of the files and directories."""
    found: dict[str, set[str]] = {}
    for path in ROOT_OF_UTILS.rglob("*.py"):
        unit = unit_of(str(path.relative_to(ROOT_OF_UTILS).with_suffix("")))
        imports = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ImportFrom)]
        assert not [node for node in imports if "ansible_collections" in str(node.module)]
        for node in imports:
            if node.level:
                start = path.parents[node.level - 1].relative_to(ROOT_OF_UTILS).parts
                names = [node.module.replace(".", "/")] if node.module else [alias.name for alias in node.names]
                found.setdefault(unit, set()).update(unit_of("/".join((*start, name))) for name in names)
        found.setdefault(unit, set()).discard(unit)
    return found


def test_every_file_of_module_utils_is_in_one_layer_and_knows_none_above_it() -> None:
    height = {file: place for place, layer in enumerate(reversed(layers())) for file in layer}
    used = uses()
    assert sorted(file for layer in layers() for file in layer) == sorted(used)
    assert any(used.values())
    assert [f"{file} -> {other}" for file in used for other in used[file] if height[other] > height[file]] == []


def test_the_guide_has_every_variable_of_the_handoffs() -> None:
    guide = (ROOT / "docs" / "docsite" / "rst" / "guide_transfers.rst").read_text()
    own = re.compile(r"\b(?:scalingo_handoff_|scalingo_new_owner_|SCALINGO_NEW_OWNER_)\w+")
    playbooks = [path.read_text() for path in (ROOT / "playbooks").glob("*handoff*.yml")]
    read = {name for text in playbooks for name in own.findall(text)}
    assert read and [name for name in sorted(read) if f"``{name}``" not in guide] == []


@pytest.mark.parametrize("page", ["README.md", "docs/docsite/rst/guide_speed.rst"])
def test_every_ratio_on_a_page_comes_from_the_benchmark(page: str) -> None:
    """A page says "1.08x" for a ratio, as `docs/benchmark.md` does, which `make bench` writes."""
    ratio = re.compile(r"\b\d+(?:\.\d+)?x\b")
    measured = set(ratio.findall((ROOT / "docs" / "benchmark.md").read_text()))
    quoted = set(ratio.findall((ROOT / page).read_text()))
    assert quoted <= measured


def returned(module: str) -> dict[str, Any]:
    plugin = importlib.import_module(f"ansible_collections.community.scalingo.plugins.modules.{module}")
    found: dict[str, Any] = yaml.safe_load(plugin.RETURN)
    return found


def test_a_project_is_described_in_the_same_words_everywhere() -> None:
    """Ansible has no fragments for what modules return, so each has to say it again."""
    project = returned("scalingo_project")["project"]["contains"]
    assert project == returned("scalingo_projects")["projects"]["contains"]
    assert project == returned("scalingo_project_info")["projects"]["contains"]


def test_an_error_is_described_with_the_same_keys_everywhere() -> None:
    forms = {
        module: {key: value["type"] for key, value in returned(module)["error"]["contains"].items()}
        for module in MODULES
    }
    assert len({str(form) for form in forms.values()}) == 1, forms
