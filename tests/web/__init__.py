import pytest

# What is asserted there is explained as well as in a test.
pytest.register_assert_rewrite("tests.web.browser", "tests.web.markup")
