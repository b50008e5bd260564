-- What roles may do beyond, and short of, what an object's kind and owner imply; in the same columns as definitions.sql.
WITH object (keyword, schema, relation, name, class, id, column_name, acl, implied, owner) AS (
    SELECT CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, n.nspname::text,
           CASE WHEN c.relkind <> 'S' THEN c.relname::text END, c.oid::regclass::text,
           'pg_class', c.oid, NULL::text, c.relacl,
           acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner), c.relowner
      FROM pg_class c
      JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND c.relacl IS NOT NULL
       AND n.nspname = ANY ({schemas}) AND {unextended}('pg_class'::regclass, c.oid)
    UNION ALL
    SELECT 'TABLE', n.nspname, c.relname, c.oid::regclass::text, 'pg_class', c.oid, a.attname, a.attacl,
           NULL::aclitem[], c.relowner
      FROM pg_attribute a
      JOIN pg_class c ON c.oid = a.attrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE a.attacl IS NOT NULL AND NOT a.attisdropped AND n.nspname = ANY ({schemas})
       AND {unextended}('pg_class'::regclass, c.oid)
    UNION ALL
    SELECT CASE p.prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END, n.nspname, NULL, p.oid::regprocedure::text,
           'pg_proc', p.oid, NULL, p.proacl, acldefault('f', p.proowner), p.proowner
      FROM pg_proc p
      JOIN pg_namespace n ON n.oid = p.pronamespace
     WHERE p.proacl IS NOT NULL AND n.nspname = ANY ({schemas}) AND {unextended}('pg_proc'::regclass, p.oid)
    UNION ALL
    SELECT 'TYPE', n.nspname, NULL, t.oid::regtype::text, 'pg_type', t.oid, NULL, t.typacl,
           acldefault('T', t.typowner), t.typowner
      FROM pg_type t
      JOIN pg_namespace n ON n.oid = t.typnamespace
     WHERE t.typacl IS NOT NULL AND n.nspname = ANY ({schemas}) AND {unextended}('pg_type'::regclass, t.oid)
    UNION ALL
    SELECT 'SCHEMA', n.nspname, NULL, quote_ident(n.nspname), 'pg_namespace', n.oid, NULL, n.nspacl,
           coalesce(p.initprivs, acldefault('n', n.nspowner)), n.nspowner
      FROM pg_namespace n
      LEFT JOIN pg_init_privs p ON p.classoid = 'pg_namespace'::regclass AND p.objoid = n.oid AND p.objsubid = 0
     WHERE n.nspacl IS NOT NULL AND n.nspname = ANY ({schemas})
    UNION ALL
    SELECT 'FOREIGN SERVER', NULL, NULL, quote_ident(s.srvname), 'pg_foreign_server', s.oid, NULL, s.srvacl,
           acldefault('S', s.srvowner), s.srvowner
      FROM pg_foreign_server s
     WHERE s.srvacl IS NOT NULL
), holder AS (
    SELECT o.*, '' AS head, keyword || ' ' || name AS target FROM object o
    UNION ALL
    -- Of objects that are made later: in a schema beside what is implied, for all schemas in its place.
    SELECT kind.keyword, NULL, NULL, creator.role || coalesce(' in ' || quote_ident(n.nspname), ''), 'database', d.oid, NULL,
           d.defaclacl,
           CASE WHEN d.defaclnamespace = 0
                THEN acldefault(CASE d.defaclobjtype WHEN 'S' THEN 's' ELSE d.defaclobjtype END, d.defaclrole) END,
           d.defaclrole,
           format('ALTER DEFAULT PRIVILEGES FOR ROLE %s%s ', creator.role, ' IN SCHEMA ' || quote_ident(n.nspname)),
           kind.keyword
      FROM pg_default_acl d
      LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace
      JOIN (VALUES ('r', 'TABLES'), ('S', 'SEQUENCES'), ('f', 'FUNCTIONS'), ('T', 'TYPES'), ('n', 'SCHEMAS')) AS kind (letter, keyword)
        ON kind.letter = d.defaclobjtype::text
     CROSS JOIN LATERAL (SELECT quote_ident(pg_get_userbyid(d.defaclrole))) AS creator (role)
     WHERE d.defaclnamespace = 0 OR n.nspname = ANY ({schemas})
), given AS (
    SELECT o.*, e.grantee, e.privilege_type, e.is_grantable, true AS granted
      FROM holder o, aclexplode(o.acl) e
     WHERE NOT EXISTS (SELECT 1 FROM aclexplode(o.implied) i
                        WHERE (i.grantee, i.privilege_type) = (e.grantee, e.privilege_type))
    UNION ALL
    SELECT o.*, i.grantee, i.privilege_type, false, false
      FROM holder o, aclexplode(o.implied) i
     WHERE NOT EXISTS (SELECT 1 FROM aclexplode(o.acl) e
                        WHERE (i.grantee, i.privilege_type) = (e.grantee, e.privilege_type))
), role AS (
    SELECT g.*, CASE WHEN grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END AS role,
           privilege_type || coalesce(' (' || quote_ident(column_name) || ')', '') AS privilege
      FROM given g
)
SELECT 'privilege', NULL, CASE WHEN granted THEN role ELSE 'not ' || role END
               || CASE WHEN is_grantable THEN ' with grant option' ELSE '' END
               || coalesce(' on column ' || column_name, '')
               || CASE WHEN relation IS NULL THEN ' on ' || lower(keyword) || ' ' || name ELSE '' END,
       CASE WHEN relation IS NOT NULL THEN schema END, relation,
       CASE WHEN granted THEN head || format('GRANT %s ON %s TO %s', string_agg(privilege, ', ' ORDER BY privilege), target, role)
                              || CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END
            ELSE head || format('REVOKE %s ON %s FROM %s', string_agg(privilege, ', ' ORDER BY privilege), target, role) END,
       CASE WHEN granted THEN head || format('REVOKE %s ON %s FROM %s', string_agg(privilege, ', ' ORDER BY privilege), target, role)
            ELSE head || format('GRANT %s ON %s TO %s', string_agg(privilege, ', ' ORDER BY privilege), target, role) END,
       NULL, CASE WHEN name = 'public' AND class = 'pg_namespace' THEN 'database' WHEN column_name IS NULL THEN class ELSE 'column:' || column_name END, id
  FROM role
 GROUP BY keyword, schema, relation, name, class, id, column_name, head, target, role, is_grantable, granted
UNION ALL
SELECT 'comment', NULL, 'schema public', NULL, NULL,
       format('COMMENT ON SCHEMA public IS %L', coalesce(obj_description(n.oid, 'pg_namespace'), '')),
       'COMMENT ON SCHEMA public IS ''standard public schema''', NULL, 'database', n.oid
  FROM pg_namespace n
 WHERE n.nspname = 'public'
   AND obj_description(n.oid, 'pg_namespace') IS DISTINCT FROM 'standard public schema'
 ORDER BY 4, 5, 3
