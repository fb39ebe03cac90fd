"""The field's own words as stable codes, never renamed (domain §1-6). Labels in Swedish and English: `i18n/`."""
