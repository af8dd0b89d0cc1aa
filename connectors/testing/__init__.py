"""Contract tests that every connector passes, ours and third parties' alike.

Subclass `ConnectorContract` in a test module and give it a fixture `stand_in` that yields a
`StandIn`: your tool, running, with some records. `assert_mapping_version` notices a mapping that
changed without a raised version. Needs pytest.

    class TestContract(ConnectorContract):
        @pytest.fixture
        def stand_in(self) -> Iterator[StandIn]:
            with running_my_tool(records=7) as url:
                yield MyToolStandIn(url)
"""

from __future__ import annotations

from connectors.testing.contract import ConnectorContract
from connectors.testing.mapping_version import assert_mapping_version, map_recorded
from connectors.testing.stand_in import StandIn

__all__ = ["ConnectorContract", "StandIn", "assert_mapping_version", "map_recorded"]
