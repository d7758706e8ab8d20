"""The scenarios that a page offers."""

from jcm_models.offered_scenarios import scenarios_beside


def test_a_folder_that_is_not_there_offers_none(tmp_path):
    assert scenarios_beside(tmp_path / "scenarios" / "any.yaml") == {}


def test_scenarios_are_offered_by_title_in_the_language_and_anew_when_they_change(tmp_path):
    (tmp_path / "b.yaml").write_text("title: {en: First, ja: 第一}\nproject: {}\n")
    (tmp_path / "a.yaml").write_text("title: Second\nproject: {}\n")
    (tmp_path / "rules.yaml").write_text("title: No scenario\n")
    (tmp_path / "notes.txt").write_text("title: No file of ours\n")
    offered = scenarios_beside(tmp_path / "own.yaml")
    assert {name: title for name, (title, _) in offered.items()} == {"b": "First", "a": "Second"}
    assert list(offered) == ["b", "a"]
    assert offered["a"][1] == tmp_path / "a.yaml"
    assert scenarios_beside(tmp_path / "own.yaml", "ja")["b"][0] == "第一"
    (tmp_path / "a.yaml").write_text("title: Another\nproject: {}\n")
    assert scenarios_beside(tmp_path / "own.yaml")["a"][0] == "Another"
