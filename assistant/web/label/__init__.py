"""The pages of the workbench, `/label`: read and edited without JavaScript; small modules save as one types."""
