import subprocess
import sys

from digitlab.settings import ROOT


def test_keras_is_imported_without_what_no_worker_calls(tmp_path):
    """With a Keras that only says what it finds: the real one takes seconds."""
    (tmp_path / "keras.py").write_text("import importlib.util\nfound = importlib.util.find_spec('pandas')\n")
    (tmp_path / "pandas.py").write_text("name = 'pandas'\n")
    code = (
        f"import sys; sys.path[:0] = [{str(tmp_path)!r}, {str(ROOT)!r}]\n"
        "import importlib.util\n"
        "assert importlib.util.find_spec('pandas')\n"
        "import digitlab.worker, keras, pandas\n"
        "print(keras.found, pandas.name)"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (answer.stdout, answer.stderr) == ("None pandas\n", "")
