"""The first migration of an app: all its tables in one go."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import ProjectState


class TablesAtOnce(migrations.Migration):
    """Makes the models of the project once, where Django makes them anew for every operation.

    That was most of what `migrate` took. Its operations may only be such as need no state in
    between: tables with all they have, triggers and SQL. So tables may refer to each other in
    circles without a field that is added later.
    """

    initial = True

    def apply(
        self,
        project_state: ProjectState,
        schema_editor: BaseDatabaseSchemaEditor,
        collect_sql: bool = False,
    ) -> ProjectState:
        before, after = self._states(project_state)
        for operation in self.operations:
            operation.database_forwards(self.app_label, schema_editor, before, after)
        return after

    def unapply(
        self,
        project_state: ProjectState,
        schema_editor: BaseDatabaseSchemaEditor,
        collect_sql: bool = False,
    ) -> ProjectState:
        before, after = self._states(project_state)
        for operation in reversed(self.operations):
            operation.database_backwards(self.app_label, schema_editor, after, before)
        return before

    def _states(self, project_state: ProjectState) -> tuple[ProjectState, ProjectState]:
        """The state without this migration and with it, neither of them rendered."""
        before = ProjectState(
            {key: model.clone() for key, model in project_state.models.items()},
            project_state.real_apps,
        )
        return before, self.mutate_state(before)
