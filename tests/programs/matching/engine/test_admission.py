"""Sets of rules and of claims say of each pair what the rule itself says of the claim."""

from hypothesis import given
from hypothesis import strategies as st

from services.programs.matching.domain import Claimed, Rule
from services.programs.matching.engine.admission import ClaimSet, RuleSet, bits
from tests.programs.matching.engine.streams import claims, rules


@given(st.lists(rules, max_size=12), claims)
def test_a_set_of_rules_knows_which_of_them_admit_a_claim(several: list[Rule], claim: Claimed) -> None:
    found = RuleSet()
    assert [found.add(rule) for rule in several] == list(range(len(several)))
    assert list(bits(found.admitting(claim))) == [at for at, rule in enumerate(several) if rule.admits(claim)]


@given(st.lists(claims, max_size=12), rules)
def test_a_set_of_claims_knows_which_of_them_a_rule_admits(several: list[Claimed], rule: Rule) -> None:
    found = ClaimSet()
    assert [found.add(claim) for claim in several] == list(range(len(several)))
    assert list(bits(found.admitted(rule))) == [at for at, claim in enumerate(several) if rule.admits(claim)]
