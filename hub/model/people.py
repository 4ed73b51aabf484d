"""People and who may speak for them: patients, contact preferences, providers, locations."""

from __future__ import annotations

from datetime import date

from hub.model.base import AboutPatient, Fact, cents_field, text_field


class Location(Fact, table=True):
    """One office. Source: the practice system's clinic or location."""

    __tablename__ = "location"
    name: str | None = text_field()
    npi: str | None = text_field()
    timezone: str | None = text_field()


class Provider(Fact, table=True):
    """A dentist or hygienist; `kind` is DENTIST, HYGIENIST or OTHER."""

    __tablename__ = "provider"
    name: str | None = text_field()
    npi: str | None = text_field()
    kind: str | None = text_field()
    active: bool | None = None


class Patient(Fact, table=True):
    """One person as the practice system holds them. `status`: see `hub.model.status`."""

    __tablename__ = "patient"
    chart_number: str | None = text_field()
    last_name: str | None = text_field()
    first_name: str | None = text_field()
    middle_name: str | None = text_field()
    name_suffix: str | None = text_field()
    preferred_name: str | None = text_field()
    birth_date: date | None = None
    status: str | None = text_field()
    guarantor_key: str | None = text_field()
    household_key: str | None = text_field()
    phone: str | None = text_field()
    email: str | None = text_field()
    zip: str | None = text_field()
    member_id: str | None = text_field()
    billing_type: str | None = text_field()
    provider_key: str | None = text_field()
    first_visit: date | None = None
    last_visit: date | None = None
    balance_cents: int | None = cents_field(description="patient's own balance, + owes the practice")
    balance_as_of: date | None = None
    scheduling_restricted: bool | None = None
    is_test: bool | None = None


class PatientLink(Fact, table=True):
    """Two charts of one person: `kind` MERGED (the first lives on in the second) or CLONE (a second account)."""

    __tablename__ = "patient_link"
    from_patient_key: str | None = text_field()
    to_patient_key: str | None = text_field()
    kind: str | None = text_field()
    linked_date: date | None = None


class Staff(Fact, table=True):
    """Somebody who works here, as the practice system's user list has them."""

    __tablename__ = "staff"
    name: str | None = text_field()
    provider_key: str | None = text_field()
    active: bool | None = None


class Operatory(Fact, table=True):
    """A chair."""

    __tablename__ = "operatory"
    name: str | None = text_field()
    is_hygiene: bool | None = None
    active: bool | None = None


class ContactPref(AboutPatient, table=True):
    """One channel of one patient; `scope` of a refusal is ALL, MARKETING, RECALL or BILLING."""

    __tablename__ = "contact_pref"
    channel: str | None = text_field()
    value: str | None = text_field()
    consent: str | None = text_field()
    scope: str | None = text_field()
    confidential: bool | None = None
    best_time: str | None = text_field()
    language: str | None = text_field()
