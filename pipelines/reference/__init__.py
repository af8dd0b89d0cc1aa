"""The generated part of the documentation: what the program itself reads, as Markdown and pictures.

`python -m pipelines.reference` writes it into docs/, where Git hosts and the site show it. A test
fails when a file there is not what the code says.
"""

from pipelines.reference.files import generated_files

__all__ = ["generated_files"]
