-- Les deux rôles de la base, à créer une fois, par un superutilisateur : psql -f deploy/roles.sql
-- Puis donner leurs mots de passe : \password maillon_owner  et  \password maillon_site
CREATE ROLE maillon_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;
CREATE ROLE maillon_site LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;
CREATE DATABASE maillon OWNER maillon_owner ENCODING 'UTF8' TEMPLATE template0;
