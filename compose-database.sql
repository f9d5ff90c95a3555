-- Run once by the image of PostgreSQL, on an empty volume: the login of the product, which owns its database and may make
-- the two roles that keep businesses apart, but is no superuser, whom no row-level security binds.
\getenv password POSTGRES_PASSWORD
create role agentlocator login nosuperuser nobypassrls createrole password :'password';
create database agentlocator owner agentlocator;
-- The superuser is reached from inside the container alone: docker compose exec database psql --username postgres
alter role current_user password null;
