"""What a setting names is there, or is plainly nobody's yet."""

from servicekit.settings import optional_file


def test_a_file_in_an_empty_folder_is_not_given_yet_and_every_other_one_is(tmp_path):
    file = tmp_path / "given" / "file.toml"
    assert optional_file("") is None
    assert optional_file(str(file)) == file, "a folder that is not there is a mistake"

    file.parent.mkdir()
    (file.parent / "..data").mkdir()
    assert optional_file(str(file)) is None, "Kubernetes' own entries are nothing"

    (file.parent / "flie.toml").touch()
    assert optional_file(str(file)) == file, "a wrong name is a mistake"
