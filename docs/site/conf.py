# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# What `make guides` appends to the settings that antsibull-docs writes.

intersphinx_mapping = {}
html_static_path = ["static"]
html_css_files = ["site.css"]
