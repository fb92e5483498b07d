"""The pages of « Mon projet »."""
