WITH made_anew (kind, name, owner, acl, letter, part, class, id) AS (
    {objects}
)
SELECT set_config('gen.kept', coalesce(string_agg(said, '; ' ORDER BY turn, place), ''), false)
  FROM (
    SELECT 1, 0, format('ALTER %s %s OWNER TO %I', kind, name, pg_get_userbyid(owner))
      FROM made_anew
     WHERE part IS NULL AND pg_get_userbyid(owner) <> current_user
    UNION ALL
    SELECT 2, 0, format('REVOKE ALL ON %s %s FROM PUBLIC, %I%s', kind, name, pg_get_userbyid(owner),
             (SELECT string_agg(format(', %I', pg_get_userbyid(g.grantee)), '')
                FROM pg_default_acl d, aclexplode(d.defaclacl) g WHERE g.grantee <> 0))
      FROM made_anew
     WHERE part IS NULL AND (acl IS NOT NULL OR EXISTS (SELECT FROM pg_default_acl))
    UNION ALL
    SELECT 3, g.place, format(
             CASE WHEN g.grantor <> owner AND pg_has_role(g.grantor, 'MEMBER')
                  THEN 'SET LOCAL ROLE %6$I; GRANT %1$s ON %2$s %3$s TO %4$s%5$s; SET LOCAL ROLE %7$I'
                  ELSE 'GRANT %1$s ON %2$s %3$s TO %4$s%5$s' END,
             g.privilege || coalesce(' (' || part || ')', ''), kind, name,
             CASE WHEN g.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END,
             CASE WHEN g.grantable THEN ' WITH GRANT OPTION' END, pg_get_userbyid(g.grantor), current_setting('role'))
      FROM made_anew, aclexplode(coalesce(acl, acldefault(letter, owner)))
           WITH ORDINALITY AS g (grantor, grantee, privilege, grantable, place)
     WHERE acl IS NOT NULL OR EXISTS (SELECT FROM pg_default_acl)
    UNION ALL
    SELECT 4, 0, format('SECURITY LABEL FOR %I ON %s %s IS %L', s.provider, upper(s.objtype), s.objname, s.label)
      FROM made_anew m JOIN pg_seclabels s ON s.classoid = m.class AND s.objoid = m.id
       ) AS kept (turn, place, said)
