"""Migrate an empty database in a tenth of the time, for the demo, the tests and the benchmark.

Django renders a model of the migrations' past anew for every field, constraint, index and trigger
that it gets, and with it all models around it, and those around them: with some hundred models and
twice as many triggers that is nearly all of the work. What no field shows needs no new class, so
here it is written into the class that is there; where a field changes, only its model and those
whose keys hold it are rendered. The tables, constraints and triggers that come out are the same:
`.ci/run` compares them. A service that holds real children migrates as Django does.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.migrations.state import ModelState, ProjectState
from django.db.models import ForeignObjectRel, Model

KEPT_BESIDE = ("constraints", "indexes", "triggers")


def _shape(state: ModelState) -> tuple[object, ...]:
    """Return what a rendered class depends on, without what can be written into it."""
    options = {name: value for name, value in state.options.items() if name not in KEPT_BESIDE}
    fields = [(name, id(field)) for name, field in state.fields.items()]
    return (fields, options, state.bases, [name for name, _ in state.managers])


def _pointing_to(model: type[Model]) -> Iterator[tuple[str, str]]:
    """Yield the models whose keys hold this class. Who is pointed to finds its new class itself."""
    for field in model._meta.get_fields(include_hidden=True):
        if isinstance(field, ForeignObjectRel):
            yield field.related_model._meta.app_label, field.related_model.__name__.lower()


@contextmanager
def quick_rendering() -> Iterator[None]:
    """Render models of the migrations' past only where their fields change."""
    render, reload_model = ModelState.render, ProjectState.reload_model

    def render_once(self: ModelState, apps: Any) -> Any:
        model = render(self, apps)
        model.rendered_from = _shape(self)
        return model

    def reload_changed(
        self: ProjectState,
        app_label: str,
        model_name: str,
        delay: bool = False,  # noqa: FBT001, FBT002
    ) -> None:
        key = (app_label, model_name.lower())
        state = self.models.get(key)
        rendered = self.__dict__.get("apps")
        if not state or not rendered:
            reload_model(self, app_label, model_name, delay)
            return
        model = rendered.all_models[app_label].get(model_name.lower())
        if model and model.__dict__.get("rendered_from") == _shape(state):
            for name in KEPT_BESIDE:
                setattr(model._meta, name, list(state.options.get(name, [])))
            return
        touched = {key, *(_pointing_to(model) if model else ())}
        self._reload(touched)  # type: ignore[attr-defined]

    ModelState.render, ProjectState.reload_model = render_once, reload_changed  # type: ignore[method-assign]
    try:
        yield
    finally:
        ModelState.render, ProjectState.reload_model = render, reload_model  # type: ignore[method-assign]
