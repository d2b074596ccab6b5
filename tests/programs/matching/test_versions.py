"""A proposal says which version of its pledge it was made from."""

from shared.events.donations import PledgeAmended
from shared.events.programs import AllocationProposed
from tests.programs.heard import opened
from tests.programs.scene import Scene


def test_a_stale_proposal_is_made_again_from_the_version_that_it_missed(scene: Scene) -> None:
    need = scene.need(scene.household(attributes=["elderly"]), 100)
    pledge = scene.pledge(1000)
    scene.settle()
    scene.hear(opened(1000, kind=PledgeAmended, pledge=pledge, version=2, attributes=["elderly"]))
    scene.refuse(scene.only_allocation(), "stale", left=1000)
    scene.settle()
    assert [told.pledge_version for told in scene.told(AllocationProposed)] == [1, 2]
    assert scene.only_allocation().need_id == need


def test_a_suspended_organisation_is_proposed_nothing_until_its_pledge_is_told_anew(scene: Scene) -> None:
    for _ in range(2):
        scene.need(scene.household(), 100)
    pledge = scene.pledge(100)
    scene.settle()
    scene.refuse(scene.only_allocation(), "suspended", left=100)
    scene.settle()
    assert [row.status for row in scene.allocations()] == ["refused"]
    scene.hear(opened(100, kind=PledgeAmended, pledge=pledge, version=2))
    scene.settle()
    assert scene.only_allocation().status == "proposed"


def test_a_stale_proposal_is_not_repeated_before_that_version_is_known(scene: Scene) -> None:
    scene.need(scene.household(), 100)
    scene.need(scene.household(), 100)
    scene.pledge(100)
    scene.settle()
    first = scene.only_allocation()
    scene.refuse(first, "stale", left=100)
    scene.settle()
    assert scene.only_allocation().need_id != first.need_id
